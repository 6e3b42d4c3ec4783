// Finds samples that walk through their grid at a constant step: operands that are a constant
// times x, y or the time within a row, plus something that does not vary with it. A back end reads
// such points from consecutive memory instead of gathering them.
#include <optional>

#include "ir/fold.h"
#include "ir/passes.h"
#include "ir/rates.h"

namespace weft::ir {

namespace {

constexpr std::uint32_t kMaxDepth = 64;

// scale * field + base; base kNoValue is 0.
struct Line {
    double scale = 0;
    ValueId base = kNoValue;
};

class AffineFinder {
public:
    explicit AffineFinder(Module& module) : module_(module), rates_(module) {}

    bool run() {
        const ValueId count = module_.dag.size();
        const std::vector<bool> live = live_values(module_.dag, module_.roots);
        for (ValueId id = 0; id < count; ++id) {
            if (!live[id] || module_.dag[id].op != WEFT_OP_SAMPLE) continue;
            for (std::uint32_t i = 0; i < module_.dag[id].arg_count; ++i) operand(id, i);
        }
        return !module_.affines.empty();
    }

private:
    void operand(ValueId sample, std::uint32_t which) {
        const ValueId arg = module_.dag.arg(sample, which);
        const std::uint8_t mask = rates_.of(module_.dag, arg) & WEFT_VARIES_POINT;
        if (mask == 0 || module_.dag[arg].loops != 0) return;
        if (module_.domain == Domain::stream) {
            field_ = WEFT_FIELD_COLUMN_TIME;
            along_ = WEFT_VARIES_COLUMN;
        } else {
            field_ = mask & WEFT_VARIES_COLUMN ? WEFT_FIELD_X : WEFT_FIELD_Y;
            along_ = mask & WEFT_VARIES_COLUMN ? WEFT_VARIES_COLUMN : WEFT_VARIES_ROW;
        }
        const std::optional<Line> line = line_of(arg, 0);
        if (!line || line->scale == 0) return;
        const ValueId base = line->base == kNoValue ? module_.dag.constant(0) : line->base;
        module_.affines.push_back({sample, which, field_, base, line->scale});
    }

    [[nodiscard]] std::optional<Line> line_of(ValueId id, std::uint32_t depth) {
        Dag& dag = module_.dag;
        if ((rates_.of(dag, id) & along_) == 0) return Line{0, id};
        if (depth > kMaxDepth) return std::nullopt;
        const Value value = dag[id];
        if (value.op == WEFT_OP_FIELD) return line_of_field(value.aux);
        if (value.op != WEFT_OP_ADD && value.op != WEFT_OP_SUB && value.op != WEFT_OP_NEG &&
            value.op != WEFT_OP_MUL) {
            return std::nullopt;
        }
        const ValueId b = value.arg_count > 1 ? dag.arg(id, 1) : kNoValue;
        std::optional<Line> line = line_of(dag.arg(id, 0), depth + 1);
        if (!line) return std::nullopt;
        if (value.op == WEFT_OP_NEG) return scaled(*line, -1);
        if (value.op == WEFT_OP_MUL) return dag[b].known ? scaled(*line, dag[b].imm) : std::nullopt;
        const std::optional<Line> other = line_of(b, depth + 1);
        if (!other) return std::nullopt;
        const double sign = value.op == WEFT_OP_SUB ? -1 : 1;
        line->scale += sign * other->scale;
        if (other->base == kNoValue) return line;
        if (line->base != kNoValue) {
            line->base = folded(dag, value.op, {line->base, other->base});
        } else {
            line->base = sign > 0 ? other->base : folded(dag, WEFT_OP_NEG, {other->base});
        }
        return line;
    }

    [[nodiscard]] std::optional<Line> line_of_field(std::uint32_t field) {
        if (field == field_) return Line{1, kNoValue};
        if (field_ != WEFT_FIELD_COLUMN_TIME) return std::nullopt;
        const bool wraps = module_.request->program->settings[WEFT_FIELD_LOOP] > 0;
        const bool clock = field == WEFT_FIELD_ABSTIME || (field == WEFT_FIELD_TIME && !wraps);
        if (!clock) return std::nullopt;
        return Line{1, module_.dag.field(WEFT_FIELD_ROW_TIME)};
    }

    [[nodiscard]] std::optional<Line> scaled(Line line, double factor) {
        line.scale *= factor;
        if (line.base != kNoValue)
            line.base = folded(module_.dag, WEFT_OP_MUL, {line.base, module_.dag.constant(factor)});
        return line;
    }

    Module& module_;
    Rates rates_;
    std::uint32_t field_ = WEFT_FIELD_X;
    std::uint8_t along_ = WEFT_VARIES_COLUMN;
};

}  // namespace

bool affine(Module& module) {
    if (module.domain == Domain::points) return false;
    return AffineFinder(module).run();
}

}  // namespace weft::ir

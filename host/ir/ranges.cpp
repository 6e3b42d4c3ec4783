#include "ir/ranges.h"

#include <algorithm>
#include <cmath>

namespace weft::ir {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
// Up to this a value that came from the clock is small: f32 holds it to 2^-18.
constexpr double kSmall = 64;

Range between(double low, double high, bool nan = false) {
    return {low, high, nan, false};
}

// The hull of the corners; a NaN corner (inf - inf, 0 * inf) leaves no bound.
template <class Op>
Range corners(const Range& a, const Range& b, Op op) {
    const double values[] = {op(a.low, b.low), op(a.low, b.high), op(a.high, b.low),
                             op(a.high, b.high)};
    Range range = between(kInfinity, -kInfinity, a.nan || b.nan);
    for (const double value : values) {
        if (std::isnan(value)) return between(-kInfinity, kInfinity, true);
        range.low = std::min(range.low, value);
        range.high = std::max(range.high, value);
    }
    return range;
}

template <class Op>
Range rising(const Range& a, Op op) {
    return between(op(a.low), op(a.high), a.nan);
}

Range hull(const Range& a, const Range& b) {
    return between(std::min(a.low, b.low), std::max(a.high, b.high), a.nan || b.nan);
}

Range product(const Range& a, const Range& b, bool square) {
    Range range = corners(a, b, [](double p, double q) { return p * q; });
    if (square) range.low = std::max(range.low, 0.0);
    return range;
}

Range quotient(const Range& a, const Range& b) {
    if (b.low <= 0 && b.high >= 0) return {};
    return corners(a, b, [](double p, double q) { return p / q; });
}

Range remainder(const Range& a, const Range& b) {
    const bool nan = a.nan || b.nan || !a.bounded() || (b.low <= 0 && b.high >= 0);
    if (b.low > 0) return between(0, b.high, nan);
    if (b.high < 0) return between(b.low, 0, nan);
    return {};
}

Range magnitude_of(const Range& a) {
    const double low = a.low > 0 ? a.low : a.high < 0 ? -a.high : 0;
    return between(low, a.magnitude(), a.nan);
}

// fmin and fmax: a NaN loses against a number.
Range least(const Range& a, const Range& b) {
    Range range = between(std::min(a.low, b.low), std::min(a.high, b.high), a.nan && b.nan);
    if (a.nan) range.high = b.nan ? std::max(a.high, b.high) : std::max(range.high, b.high);
    if (b.nan) range.high = a.nan ? std::max(a.high, b.high) : std::max(range.high, a.high);
    return range;
}

Range greatest(const Range& a, const Range& b) {
    Range range = between(std::max(a.low, b.low), std::max(a.high, b.high), a.nan && b.nan);
    if (a.nan) range.low = b.nan ? std::min(a.low, b.low) : std::min(range.low, b.low);
    if (b.nan) range.low = a.nan ? std::min(a.low, b.low) : std::min(range.low, a.low);
    return range;
}

}  // namespace

double Range::magnitude() const {
    return std::max(std::fabs(low), std::fabs(high));
}
bool Range::bounded() const {
    return std::isfinite(low) && std::isfinite(high);
}

Range Ranges::field(std::uint32_t field) const {
    if (field == WEFT_FIELD_COLUMN_TIME) {
        const double fps = module_.request->program->settings[WEFT_FIELD_FPS];
        return between(0, fps > 0 ? 1 / fps : kInfinity);
    }
    if (module_.domain == Domain::points) {
        Range range;
        range.clock = field >= WEFT_FIELD_TIME && field <= WEFT_FIELD_MEASURE;
        return range;
    }
    switch (field) {
        case WEFT_FIELD_X:
        case WEFT_FIELD_Y:
        case WEFT_FIELD_BEATPHASE:
        case WEFT_FIELD_MEASUREPHASE: return between(0, 1);
        default: return {0, kInfinity, false, true};
    }
}

Range Ranges::leaf(const Value& value) const {
    switch (value.op) {
        case WEFT_OP_CONST: return std::isnan(value.imm) ? Range{} : between(value.imm, value.imm);
        case WEFT_OP_FIELD: return field(value.aux);
        case WEFT_OP_PARAM: {
            const std::vector<sema::Param>& params = module_.request->program->params;
            if (value.aux >= params.size()) return {};
            const sema::Param& param = params[value.aux];
            // What is expected of an input, nobody outside has promised.
            if (param.kind == "input") return between(-kInfinity, kInfinity);
            return between(std::min({param.low, param.high, param.initial}),
                           std::max({param.low, param.high, param.initial}));
        }
        case WEFT_OP_UNIFORM: return module_.uniform_ranges[value.aux];
        case WEFT_OP_LOOP_INDEX:
        case WEFT_OP_LOOP_CARRIED:
        case WEFT_OP_LOOP_RESULT: {
            Range range;
            range.clock = value.aux < loops_of_clock_.size() && loops_of_clock_[value.aux];
            return range;
        }
        default: return {};
    }
}

bool Ranges::is_smoothed(const Dag& dag, ValueId id) const {
    return smoothed(dag, id) != kNoValue;
}

// How fast a knob moves, or a number of a picture; the latter may stand with the host already.
bool Ranges::is_slope(const Value& value) const {
    const std::vector<LiveParams::Smooth>& smooth = module_.request->live->smooth;
    switch (value.op) {
        case WEFT_OP_PARAM:
            return std::any_of(smooth.begin(), smooth.end(),
                               [&](const auto& one) { return one.slope == value.aux; });
        case WEFT_OP_SAMPLE: return value.aux == kSlope;
        case WEFT_OP_UNIFORM: return is_slope(module_.host[module_.host_outputs[value.aux]]);
        default: return false;
    }
}

// The value at the beginning; operands may stand in any order.
ValueId Ranges::smoothed(const Dag& dag, ValueId id) const {
    if (module_.request->live == nullptr || dag[id].op != WEFT_OP_ADD) return kNoValue;
    for (const std::uint32_t which : {0u, 1u}) {
        const ValueId moved = dag.arg(id, which);
        if (dag[moved].op != WEFT_OP_MUL) continue;
        for (const ValueId slope : dag.args(moved))
            if (is_slope(dag[slope])) return dag.arg(id, 1 - which);
    }
    return kNoValue;
}

Range Ranges::compute(const Dag& dag, ValueId id) const {
    const Value& value = dag[id];
    if (!is_operator(value.op)) return leaf(value);
    if (const ValueId held = smoothed(dag, id); held != kNoValue) return ranges_[held];
    Range range = operation(dag, id);
    if (range.magnitude() > kSmall || std::isnan(range.magnitude())) {
        for (const ValueId arg : dag.args(id)) range.clock = range.clock || ranges_[arg].clock;
    }
    return range;
}

// One of two; less than c where c was taken off what is not.
Range Ranges::selected(const Dag& dag, ValueId id) const {
    const ValueId yes = dag.arg(id, 1), no = dag.arg(id, 2);
    const Range range = hull(ranges_[yes], ranges_[no]);
    const Value& condition = dag[dag.arg(id, 0)];
    if (condition.op != WEFT_OP_GE || dag[yes].op != WEFT_OP_SUB) return range;
    const ValueId limit = dag.arg(dag.arg(id, 0), 1);
    const Range& of = ranges_[no];
    if (dag.arg(dag.arg(id, 0), 0) != no || dag.arg(yes, 0) != no || dag.arg(yes, 1) != limit ||
        !dag[limit].known)
        return range;
    const double most = dag[limit].imm;
    return between(std::min(of.low, 0.0), std::max(std::min(of.high, most), of.high - most),
                   of.nan);
}

Range Ranges::operation(const Dag& dag, ValueId id) const {
    const Value& value = dag[id];
    const Range& a = ranges_[dag.arg(id, 0)];
    const Range& b = value.arg_count > 1 ? ranges_[dag.arg(id, 1)] : a;
    constexpr double kHalfTurn = 3.1415926535897936;
    switch (value.op) {
        case WEFT_OP_ADD: return corners(a, b, [](double p, double q) { return p + q; });
        case WEFT_OP_SUB: return corners(a, b, [](double p, double q) { return p - q; });
        case WEFT_OP_MUL: return product(a, b, dag.arg(id, 0) == dag.arg(id, 1));
        case WEFT_OP_DIV: return quotient(a, b);
        case WEFT_OP_MOD: return remainder(a, b);
        case WEFT_OP_NEG: return between(-a.high, -a.low, a.nan);
        case WEFT_OP_SELECT: return selected(dag, id);
        case WEFT_OP_SIN:
        case WEFT_OP_COS: return between(-1, 1, a.nan || !a.bounded());
        case WEFT_OP_TANH: return between(-1, 1, a.nan);
        case WEFT_OP_ATAN: return between(-kHalfTurn / 2, kHalfTurn / 2, a.nan);
        case WEFT_OP_ATAN2: return between(-kHalfTurn, kHalfTurn, a.nan || b.nan);
        case WEFT_OP_ASIN:
        case WEFT_OP_ACOS: return between(-kHalfTurn, kHalfTurn, true);
        case WEFT_OP_EXP: {
            Range range = rising(a, [](double p) { return std::exp(p); });
            range.high *= 1 + 1e-15;
            range.low *= 1 - 1e-15;
            return range;
        }
        case WEFT_OP_SQRT:
            if (a.low >= 0) return rising(a, [](double p) { return std::sqrt(p); });
            return between(0, std::sqrt(std::max(a.high, 0.0)), true);
        case WEFT_OP_ABS: return magnitude_of(a);
        case WEFT_OP_SIGN: return between(-1, 1, a.nan);
        case WEFT_OP_FLOOR: return rising(a, [](double p) { return std::floor(p); });
        case WEFT_OP_CEIL: return rising(a, [](double p) { return std::ceil(p); });
        case WEFT_OP_ROUND: return rising(a, [](double p) { return std::round(p); });
        case WEFT_OP_TRUNC: return rising(a, [](double p) { return std::trunc(p); });
        case WEFT_OP_FRACT: return between(0, 1, a.nan || !a.bounded());
        case WEFT_OP_MIN: return least(a, b);
        case WEFT_OP_MAX: return greatest(a, b);
        case WEFT_OP_HASH: return between(0, 1);
        case WEFT_OP_NOISE: return between(0, 1, true);
        default:
            if (value.op >= WEFT_OP_LT && value.op <= WEFT_OP_NOT) return between(0, 1);
            return {};
    }
}

}  // namespace weft::ir

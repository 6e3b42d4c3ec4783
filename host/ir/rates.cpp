#include "ir/rates.h"

#include <array>

namespace weft::ir {

std::uint32_t field_class_of(std::uint32_t field) {
    constexpr std::uint32_t SPACE = WEFT_FIELD_CLASS_SPACE;
    constexpr std::uint32_t CLOCK = WEFT_FIELD_CLASS_CLOCK;
    constexpr std::uint32_t SETTING = WEFT_FIELD_CLASS_SETTING;
    constexpr std::array<std::uint32_t, WEFT_FIELD_COUNT> classes = {
#define WEFT_FIELD(number, NAME, name, klass, value, doc) klass,
#include <weft/fields.def>
#undef WEFT_FIELD
    };
    return classes[field];
}

std::uint8_t field_varies(Domain domain, std::uint32_t field) {
    if (field == WEFT_FIELD_ROW_TIME) return WEFT_VARIES_ROW;
    if (field == WEFT_FIELD_COLUMN_TIME) return WEFT_VARIES_COLUMN;
    if (domain == Domain::points) return WEFT_VARIES_POINT;
    if (domain == Domain::raster) {
        if (field == WEFT_FIELD_X) return WEFT_VARIES_COLUMN;
        if (field == WEFT_FIELD_Y) return WEFT_VARIES_ROW;
        return WEFT_VARIES_FRAME;
    }
    if (field == WEFT_FIELD_FRAME || field == WEFT_FIELD_ABSFRAME) return WEFT_VARIES_ROW;
    return WEFT_VARIES_POINT;
}

namespace {

// What stands still changes with the frame at most; a cache that ticks in samples changes with
// every sample of a stream.
std::uint8_t sample_varies(const Module& module, const Value& sample) {
    if (module.domain != Domain::stream) return WEFT_VARIES_FRAME;
    return module.is_settled(sample) ? WEFT_VARIES_FRAME : WEFT_VARIES_POINT;
}

std::uint8_t leaf_varies(const Module& module, const Value& value) {
    switch (value.op) {
        case WEFT_OP_FIELD: return field_varies(module.domain, value.aux);
        case WEFT_OP_PARAM: return WEFT_VARIES_PROGRAM;
        case WEFT_OP_UNIFORM: return module.uniform_varies[value.aux];
        case WEFT_OP_SAMPLE: return sample_varies(module, value);
        default: return 0;
    }
}

// `loops`: what LOOP_INDEX and LOOP_CARRIED vary with.
std::uint8_t varies_of(const Module& module, const Dag& dag, ValueId id,
                       const std::vector<std::uint8_t>& loops,
                       const std::vector<std::uint8_t>& masks) {
    const Value& value = dag[id];
    if (value.known) return 0;
    std::uint8_t mask = leaf_varies(module, value);
    if (value.op == WEFT_OP_LOOP_INDEX || value.op == WEFT_OP_LOOP_CARRIED) mask = loops[value.aux];
    for (const ValueId arg : dag.args(id)) mask |= masks[arg];
    return mask;
}

}  // namespace

std::vector<std::uint8_t> loop_rates(const Module& module) {
    const Dag& dag = module.dag;
    const std::vector<std::uint8_t> unknown(dag.loop_count());
    std::vector<std::uint8_t> loops = unknown;
    if (loops.empty()) return loops;
    std::vector<std::uint8_t> masks;
    for (ValueId id = 0; id < dag.size(); ++id) {
        masks.push_back(varies_of(module, dag, id, unknown, masks));
        if (dag[id].op == WEFT_OP_LOOP) loops[dag[id].aux] = masks[id];
    }
    // An inner loop runs within each turn of the outer ones, which close behind it.
    for (ValueId id = dag.size(); id-- > 0;) {
        if (dag[id].op != WEFT_OP_LOOP) continue;
        for (const std::uint32_t outer : dag.loop_set(dag[id].loops))
            loops[dag[id].aux] |= loops[outer];
    }
    return loops;
}

std::uint8_t Rates::of(const Dag& dag, ValueId id) {
    while (masks_.size() <= id) {
        const auto next = static_cast<ValueId>(masks_.size());
        masks_.push_back(varies_of(module_, dag, next, loops_, masks_));
    }
    return masks_[id];
}

std::vector<std::uint8_t> rates(const Module& module) {
    Rates rates(module);
    std::vector<std::uint8_t> masks;
    masks.reserve(module.dag.size());
    for (ValueId id = 0; id < module.dag.size(); ++id) masks.push_back(rates.of(module.dag, id));
    return masks;
}

std::vector<std::uint8_t> host_rates(const Module& module) {
    std::vector<std::uint8_t> masks(module.host.size());
    for (ValueId id = 0; id < masks.size(); ++id) {
        const Value& value = module.host[id];
        if (value.op == WEFT_OP_PARAM) masks[id] = WEFT_VARIES_PROGRAM;
        if (value.op == WEFT_OP_FIELD || value.op == WEFT_OP_SAMPLE) masks[id] = WEFT_VARIES_FRAME;
        for (const ValueId arg : module.host.args(id)) masks[id] |= masks[arg];
    }
    return masks;
}

}  // namespace weft::ir

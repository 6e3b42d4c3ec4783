// Angle addition. A sine of row part plus column part is a row sine times a column cosine plus a
// row cosine times a column sine: two multiply-adds a point. And where three or more sines of one
// point's angle differ by something uniform, one sine and one cosine of the angle serve them all.
#include <map>
#include <optional>

#include "ir/angle.h"
#include "ir/fold.h"
#include "ir/passes.h"

namespace weft::ir {

namespace {

// From here on two functions of the angle and three operations for each user are cheaper.
constexpr std::size_t kShared = 3;

bool is_wave(std::uint16_t op) {
    return op == WEFT_OP_SIN || op == WEFT_OP_COS;
}

// sin or cos of a + b
ValueId wave_of_sum(Dag& dag, std::uint16_t op, ValueId a, ValueId b) {
    const ValueId sin_a = folded(dag, WEFT_OP_SIN, {a});
    const ValueId cos_a = folded(dag, WEFT_OP_COS, {a});
    const ValueId sin_b = folded(dag, WEFT_OP_SIN, {b});
    const ValueId cos_b = folded(dag, WEFT_OP_COS, {b});
    if (op == WEFT_OP_SIN) {
        const ValueId left = folded(dag, WEFT_OP_MUL, {sin_a, cos_b});
        return folded(dag, WEFT_OP_ADD, {left, folded(dag, WEFT_OP_MUL, {cos_a, sin_b})});
    }
    const ValueId left = folded(dag, WEFT_OP_MUL, {cos_a, cos_b});
    return folded(dag, WEFT_OP_SUB, {left, folded(dag, WEFT_OP_MUL, {sin_a, sin_b})});
}

bool is_point(std::uint8_t mask) {
    return (mask & WEFT_VARIES_POINT) == WEFT_VARIES_POINT;
}

bool split_rows(Module& module) {
    Rates rates(module);
    std::optional<AngleSplitter> splitter;
    bool split = false;
    const auto rewrite = [&](Dag& dag, ValueId, const Value& value, std::span<const ValueId> args) {
        if (!is_wave(value.op) || !is_point(rates.of(dag, args[0])))
            return copy_value(dag, value, args);
        if (!splitter) splitter.emplace(module, dag, rates, Split::rows);
        const Addends addends = splitter->split(args[0]);
        if (addends.point != kNoValue || addends.slow == kNoValue || addends.column == kNoValue)
            return copy_value(dag, value, args);
        split = true;
        return wave_of_sum(dag, value.op, addends.slow, addends.column);
    };
    (void)rebuild(module, rewrite);
    return split;
}

// Waves by number, each with its angle apart, of the graph as it is after a rebuild.
std::map<ValueId, Addends> find_waves(Module& module) {
    Rates rates(module);
    std::optional<AngleSplitter> splitter;
    std::map<ValueId, Addends> waves;
    const auto find = [&](Dag& dag, ValueId, const Value& value, std::span<const ValueId> args) {
        if (!is_wave(value.op) || !is_point(rates.of(dag, args[0])))
            return copy_value(dag, value, args);
        if (!splitter) splitter.emplace(module, dag, rates, Split::uniform);
        // The parts first: the next rebuild must meet them before the wave.
        const Addends addends = splitter->split(args[0]);
        const ValueId wave = copy_value(dag, value, args);
        waves.emplace(wave, addends);
        return wave;
    };
    (void)rebuild(module, find);
    return waves;
}

bool share_angles(Module& module) {
    std::map<ValueId, Addends> waves = find_waves(module);
    std::map<ValueId, std::size_t> users;  // by the angle without its uniform part
    for (const auto& [wave, addends] : waves) ++users[addends.point];
    std::erase_if(waves, [&](const auto& wave) {
        return wave.second.point == kNoValue || users[wave.second.point] < kShared;
    });
    if (waves.empty()) return false;
    // The parts must live on through the rebuild.
    const std::size_t root_count = module.roots.size();
    for (const auto& [wave, addends] : waves) {
        module.roots.push_back(addends.point);
        if (addends.slow != kNoValue) module.roots.push_back(addends.slow);
    }
    std::vector<ValueId> now(module.dag.size(), kNoValue);
    const auto rewrite = [&](Dag& dag, ValueId old, const Value& value,
                             std::span<const ValueId> args) {
        const auto found = waves.find(old);
        if (found == waves.end()) {
            now[old] = copy_value(dag, value, args);
        } else {
            const auto& [slow, column, point] = found->second;
            now[old] = slow == kNoValue ? folded(dag, value.op, {now[point]})
                                        : wave_of_sum(dag, value.op, now[point], now[slow]);
        }
        return now[old];
    };
    (void)rebuild(module, rewrite);
    module.roots.resize(root_count);
    return true;
}

}  // namespace

bool split_angles(Module& module) {
    if (module.domain == Domain::points) return false;
    const bool split = split_rows(module);
    return share_angles(module) || split;
}

}  // namespace weft::ir

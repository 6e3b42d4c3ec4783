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
    (void)rebuild(
        module, [&](Dag& dag, ValueId, const Value& value, std::span<const ValueId> args) {
            if (!is_wave(value.op) || !is_point(rates.of(dag, args[0])))
                return copy_value(dag, value, args);
            if (!splitter) splitter.emplace(module, dag, rates, Split::rows);
            const Addends addends = splitter->split(args[0]);
            if (addends.point != kNoValue || addends.slow == kNoValue || addends.column == kNoValue)
                return copy_value(dag, value, args);
            split = true;
            return wave_of_sum(dag, value.op, addends.slow, addends.column);
        });
    return split;
}

bool share_angles(Module& module) {
    Rates rates(module);
    std::optional<AngleSplitter> splitter;
    std::map<ValueId, std::size_t> users;   // by the angle without its uniform part, new numbers
    std::map<ValueId, Addends> addends_of;  // by wave, new numbers
    (void)rebuild(module,
                  [&](Dag& dag, ValueId, const Value& value, std::span<const ValueId> args) {
                      if (!is_wave(value.op) || !is_point(rates.of(dag, args[0])))
                          return copy_value(dag, value, args);
                      if (!splitter) splitter.emplace(module, dag, rates, Split::uniform);
                      // The parts first: a rebuild must meet them before the wave.
                      const Addends addends = splitter->split(args[0]);
                      const ValueId made = copy_value(dag, value, args);
                      if (addends.point != kNoValue && addends_of.emplace(made, addends).second)
                          ++users[addends.point];
                      return made;
                  });
    const auto shared = [&](ValueId wave) {
        const auto found = addends_of.find(wave);
        return found != addends_of.end() && users[found->second.point] >= kShared &&
               found->second.slow != kNoValue;
    };
    // The parts found above must live on through the second turn.
    std::vector<ValueId> parts;
    for (const auto& [wave, addends] : addends_of) {
        if (!shared(wave)) continue;
        parts.push_back(addends.point);
        parts.push_back(addends.slow);
    }
    if (parts.empty()) return false;
    const std::size_t root_count = module.roots.size();
    module.roots.insert(module.roots.end(), parts.begin(), parts.end());
    std::map<ValueId, ValueId> now;  // parts by old number
    (void)rebuild(module,
                  [&](Dag& dag, ValueId old, const Value& value, std::span<const ValueId> args) {
                      ValueId made = kNoValue;
                      if (shared(old)) {
                          const Addends& addends = addends_of[old];
                          made = wave_of_sum(dag, value.op, now[addends.point], now[addends.slow]);
                      } else {
                          made = copy_value(dag, value, args);
                      }
                      now[old] = made;
                      return made;
                  });
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

// Keeps arguments of periodic functions small. The addends that grow with the clock and do not vary
// within a row are reduced modulo a turn in f64, once a frame by the host or once a row:
// sin(x * 10 + t) is sin(x * 10 + t mod 2 pi). After a month it is as exact as in the first second.
//
// Only sin, cos and tan: where a function jumps, a rounding moved from one addend to another could
// move the jump to another point, so fract and mod stay f64 as they were written.
#include <optional>

#include "ir/angle.h"
#include "ir/fold.h"
#include "ir/passes.h"
#include "ir/ranges.h"

namespace weft::ir {

namespace {

constexpr double kTurn = 6.283185307179586476925286766559;

bool is_periodic(std::uint16_t op) {
    return op == WEFT_OP_SIN || op == WEFT_OP_COS || op == WEFT_OP_TAN;
}

ValueId modulo_turn(Dag& dag, ValueId angle) {
    return folded(dag, WEFT_OP_MOD, {angle, dag.constant(kTurn)});
}

}  // namespace

bool reduce_periodic(Module& module) {
    if (module.domain == Domain::points) return false;
    Rates rates(module);
    Ranges ranges(module);
    const Split split = module.domain == Domain::stream ? Split::rows : Split::uniform;
    std::optional<AngleSplitter> splitter;
    bool reduced = false;
    (void)rebuild(
        module, [&](Dag& dag, ValueId, const Value& value, std::span<const ValueId> args) {
            if (!is_periodic(value.op) || rates.is_uniform(dag, args[0]))
                return copy_value(dag, value, args);
            if (!splitter) splitter.emplace(module, dag, rates, split);
            const Addends addends = splitter->split(args[0]);
            const bool alone = addends.column == kNoValue && addends.point == kNoValue;
            if (alone || addends.slow == kNoValue || !ranges.of(dag, addends.slow).clock)
                return copy_value(dag, value, args);
            ValueId rest = addends.point;
            if (addends.column != kNoValue) {
                const bool wide = ranges.of(dag, addends.column).magnitude() > kTurn;
                const ValueId column = wide ? modulo_turn(dag, addends.column) : addends.column;
                rest = rest == kNoValue ? column : folded(dag, WEFT_OP_ADD, {rest, column});
            }
            const ValueId slow = modulo_turn(dag, addends.slow);
            reduced = true;
            return folded(dag, value.op, {folded(dag, WEFT_OP_ADD, {rest, slow})});
        });
    return reduced;
}

}  // namespace weft::ir

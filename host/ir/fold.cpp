// Folds constants in f64, by the evaluator that judges all back ends. Only identities that hold for
// every number, infinities, NaN and signed zeros included: x * 0 is not 0.
#include "ir/fold.h"

#include <array>

#include "eval/eval.h"
#include "ir/passes.h"

namespace weft::ir {

namespace {

bool is_commutative(std::uint16_t op) {
    switch (op) {
        case WEFT_OP_ADD:
        case WEFT_OP_MUL:
        case WEFT_OP_EQ:
        case WEFT_OP_NE:
        case WEFT_OP_AND:
        case WEFT_OP_OR:
        case WEFT_OP_MIN:
        case WEFT_OP_MAX: return true;
        default: return false;
    }
}

bool is_whole(std::uint16_t op) {
    return op == WEFT_OP_FLOOR || op == WEFT_OP_CEIL || op == WEFT_OP_ROUND ||
           op == WEFT_OP_TRUNC || op == WEFT_OP_SIGN || is_truth(op);
}

// A sum with it keeps the sign of zero, so that 0 + x is x.
bool never_negative_zero(const Dag& dag, ValueId id) {
    const Value& value = dag[id];
    switch (value.op) {
        case WEFT_OP_ABS:
        case WEFT_OP_EXP:
        case WEFT_OP_EXP2:
        case WEFT_OP_COSH:
        case WEFT_OP_HASH:
        case WEFT_OP_FRACT: return true;
        // a sum is -0 only when both are
        case WEFT_OP_ADD:
            return dag[dag.arg(id, 1)].known && !dag.is_constant(dag.arg(id, 1), -0.0);
        case WEFT_OP_MUL: return dag.arg(id, 0) == dag.arg(id, 1);
        default: return is_truth(value.op);
    }
}

// The operand that is the whole value, or kNoValue.
ValueId identity(Dag& dag, std::uint16_t op, std::span<const ValueId> args) {
    const ValueId a = args[0];
    const ValueId b = args.size() > 1 ? args[1] : kNoValue;
    const auto b_is = [&](double number) { return dag.is_constant(b, number); };
    const std::uint16_t inner = dag[a].op;
    switch (op) {
        case WEFT_OP_ADD:
            if (b_is(-0.0) || (b_is(0.0) && never_negative_zero(dag, a))) return a;
            break;
        case WEFT_OP_SUB:
            if (b_is(0.0)) return a;
            break;
        case WEFT_OP_MUL:
        case WEFT_OP_DIV:
            if (b_is(1.0)) return a;
            break;
        case WEFT_OP_POW:
            if (b_is(1.0)) return a;
            if (b_is(0.0) || b_is(-0.0) || dag.is_constant(a, 1.0)) return dag.constant(1);
            break;
        case WEFT_OP_NEG:
            if (inner == WEFT_OP_NEG) return dag.arg(a, 0);
            break;
        case WEFT_OP_ABS:
            if (inner == WEFT_OP_ABS) return a;
            break;
        case WEFT_OP_FLOOR:
        case WEFT_OP_CEIL:
        case WEFT_OP_ROUND:
        case WEFT_OP_TRUNC:
            if (is_whole(inner)) return a;
            break;
        case WEFT_OP_MIN:
        case WEFT_OP_MAX:
            if (a == b) return a;
            break;
        case WEFT_OP_SELECT:
            if (dag[a].known) return dag[a].imm != 0 ? b : args[2];
            if (b == args[2]) return b;
            break;
        case WEFT_OP_NOT:
            if (inner == WEFT_OP_NOT && is_truth(dag[dag.arg(a, 0)].op)) return dag.arg(a, 0);
            break;
        case WEFT_OP_AND:
            if (dag[b].known && dag[b].imm == 0) return dag.constant(0);
            if (dag[b].known && is_truth(inner)) return a;
            break;
        case WEFT_OP_OR:
            if (dag[b].known && dag[b].imm != 0) return dag.constant(1);
            if (dag[b].known && is_truth(inner)) return a;
            break;
        default: break;
    }
    return kNoValue;
}

}  // namespace

bool is_truth(std::uint16_t op) {
    return op >= WEFT_OP_LT && op <= WEFT_OP_NOT;
}

ValueId folded(Dag& dag, std::uint16_t op, std::span<const ValueId> args, std::uint32_t aux) {
    if (!is_operator(op)) return dag.make(op, args, aux);
    std::array<ValueId, 3> operands{};
    std::array<double, 3> numbers{};
    bool known = true;
    for (std::size_t i = 0; i < args.size(); ++i) {
        operands[i] = args[i];
        known = known && dag[args[i]].known;
        numbers[i] = dag[args[i]].imm;
    }
    if (known) return dag.constant(weft_eval_op(op, numbers.data()));
    // One order for operands whose order does not matter, numbers behind.
    if (is_commutative(op)) {
        const bool a_known = dag[operands[0]].known;
        if (a_known || (!dag[operands[1]].known && operands[1] < operands[0]))
            std::swap(operands[0], operands[1]);
    }
    const std::span<const ValueId> ordered(operands.data(), args.size());
    const ValueId same = identity(dag, op, ordered);
    return same != kNoValue ? same : dag.make(op, ordered, aux);
}

bool fold(Module& module) {
    return rebuild(module,
                   [](Dag& dag, ValueId, const Value& value, std::span<const ValueId> args) {
                       if (value.known) return dag.constant(value.imm);
                       if (is_operator(value.op)) return folded(dag, value.op, args, value.aux);
                       return copy_value(dag, value, args);
                   });
}

}  // namespace weft::ir

// One emitter per operator of ops.def, named by its `cpu` cell and declared from the table: an
// operator without an emitter does not link, a name without an operator does not compile.
//
// Operands of one call have the same element, f32 or f64; the result has it too. Coefficients of
// polynomials are minimax fits of our own (Remez exchange in 60 digits) to the function that the
// comment beside them names.
#pragma once

#include "emit.h"

namespace weft::cpu::ops {

#define WEFT_CPU_PARAMS_1 V a
#define WEFT_CPU_PARAMS_2 V a, V b
#define WEFT_CPU_PARAMS_3 V a, V b, V c
#define WEFT_OP(number, NAME, name, arity, meaning, cpu, ulp, cost, doc) \
    V cpu(WEFT_CPU_PARAMS_##arity);
#include <weft/ops.def>
#undef WEFT_CPU_PARAMS_1
#undef WEFT_CPU_PARAMS_2
#undef WEFT_CPU_PARAMS_3

// a / c for a constant c; no value when there is no shorter way than to divide.
V div_constant(V a, double c);
// x^n for a constant n of small magnitude or one half; no value when there is no short way.
V pow_constant(V x, double n);
// sin(a) and cos(a) for little more than the price of one.
void sin_cos(V a, V& sine, V& cosine);
// The f64 cores that f32 operators borrow where single precision would lose too much.
V expm1_f64(V x);
V log2_f64(V x);
V exp2_f64(V x);
// One for truth, zero else, in the element of `like`.
V truth(V mask, V like);

}  // namespace weft::cpu::ops

namespace weft::cpu {

// Operator `op` of ops.def on operands of one element; null for other numbers.
V emit_op(std::uint16_t op, const V* args);
// The same by a call of a function that the module has once: for code that runs seldom and is
// compiled often. Cheap operators are written in place.
V call_op(std::uint16_t op, const V* args);
void call_sin_cos(V a, V& sine, V& cosine);
// Whether call_op makes a call of it.
bool is_expensive(std::uint16_t op);
// So long that a call costs nothing beside it.
bool is_bulky(std::uint16_t op);

}  // namespace weft::cpu

// Arithmetic on lanes. A V is an LLVM value, scalar or vector, of f32, f64, i32, i64 or i1; the
// operators below write instructions. A scalar meets a vector by being spread over its lanes, so
// the same emitter serves scalar code and vectors of any width, with the same results.
#pragma once

#include <cstdint>
#include <initializer_list>

#include <llvm/IR/IRBuilder.h>

#include "machine.h"

namespace weft::cpu {

class Emit;

struct V {
    Emit* e = nullptr;
    llvm::Value* v = nullptr;
    [[nodiscard]] llvm::Type* type() const { return v->getType(); }
    [[nodiscard]] bool vector() const { return type()->isVectorTy(); }
    [[nodiscard]] bool f64() const { return type()->getScalarType()->isDoubleTy(); }
    [[nodiscard]] bool f32() const { return type()->getScalarType()->isFloatTy(); }
    [[nodiscard]] bool integer() const { return type()->getScalarType()->isIntegerTy(); }
    explicit operator bool() const { return v != nullptr; }
};

class Emit {
public:
    Emit(llvm::IRBuilder<>& builder, llvm::Module& module, const Machine& target, unsigned width)
        : ir(builder), code(module), machine(target), lanes(width) {}

    llvm::IRBuilder<>& ir;
    llvm::Module& code;
    const Machine& machine;
    unsigned lanes;  // of vectors; 1: everything is scalar

    V wrap(llvm::Value* v) { return {this, v}; }
    llvm::Type* f32() { return ir.getFloatTy(); }
    llvm::Type* f64() { return ir.getDoubleTy(); }
    llvm::Type* i32() { return ir.getInt32Ty(); }
    llvm::Type* i64() { return ir.getInt64Ty(); }
    llvm::Type* ptr() { return ir.getPtrTy(); }
    // `element` over all lanes; the element itself when there is one lane.
    llvm::Type* wide(llvm::Type* element);
    // The type of `like` with another element.
    llvm::Type* shaped(V like, llvm::Type* element);
    V spread(V x);
    V number(V like, double c);         // of the type of `like`, which is a float
    V integer(V like, std::int64_t c);  // an integer of the type of `like`
    V scalar(double c) { return wrap(llvm::ConstantFP::get(f64(), c)); }
    V count(std::int64_t c) { return wrap(ir.getInt64(static_cast<std::uint64_t>(c))); }
    // 0, 1, 2, ... as i32; 0 when there is one lane.
    V lane_numbers();

    V fma(V a, V b, V c);
    V select(V mask, V yes, V no);
    V floor(V x), ceil(V x), trunc(V x), abs(V x), sqrt(V x), round_even(V x);
    V copy_sign(V magnitude, V sign);
    // C's comparisons: false where a NaN takes part, but for different().
    V less(V a, V b), at_most(V a, V b), greater(V a, V b), at_least(V a, V b), equal(V a, V b),
        different(V a, V b);
    V is_nan(V x);
    V same_int(V a, V b), less_int(V a, V b);
    V min_int(V a, V b), max_int(V a, V b);
    // Plain selects: the first operand where the comparison holds, so that NaN falls to the second.
    V lesser(V a, V b), larger(V a, V b);
    V to_f32(V x), to_f64(V x);
    V to_i32(V x), to_i64(V x);            // from float towards zero, from integer with its sign
    V from_int(V x, llvm::Type* element);  // signed
    V bits(V x);                           // the same bits as an integer of the same width
    V from_bits(V x);                      // and back
    V shift_left(V x, unsigned n), shift_right(V x, unsigned n);  // logical
    V both(V a, V b), either(V a, V b), exclusive(V a, V b), negate(V mask);
    // A horner scheme with explicit fused steps: c[0] + x * (c[1] + x * (...)).
    V polynomial(V x, std::initializer_list<double> c);

    // i1: does the mask hold in any lane / in all?
    llvm::Value* any(V mask);
    // `fast` where `ok`, elsewhere what the plugin's function `symbol` (const T*, T*, int32 n)
    // says; the call stands on a branch that is taken only when a lane needs it.
    V guarded(V x, V ok, V fast, const char* symbol);
    // A stack slot in the entry block.
    llvm::Value* slot(llvm::Type* type);
    // Makes two operands equal in shape and, for floats, in element (the wider one).
    void unify(V& a, V& b);

private:
    V intrinsic(unsigned id, V x);
    V compare(unsigned predicate, V a, V b);
};

V operator+(V a, V b);
V operator-(V a, V b);
V operator*(V a, V b);
V operator/(V a, V b);
V operator-(V a);
inline V operator+(V a, double c) {
    return a + a.e->number(a, c);
}
inline V operator-(V a, double c) {
    return a - a.e->number(a, c);
}
inline V operator*(V a, double c) {
    return a * a.e->number(a, c);
}
inline V operator/(V a, double c) {
    return a / a.e->number(a, c);
}

}  // namespace weft::cpu

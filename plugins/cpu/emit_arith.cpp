// Arithmetic, comparison, logic and rounding.
#include <cmath>
#include <limits>

#include <llvm/IR/Constants.h>
#include <llvm/IR/Instructions.h>
#include <llvm/IR/Intrinsics.h>
#include <llvm/IR/MDBuilder.h>

#include "emit_ops.h"

namespace weft::cpu::ops {

V truth(V mask, V like) {
    return mask.e->select(mask, like.e->number(like, 1.0), like.e->number(like, 0.0));
}

V add(V a, V b) {
    return a + b;
}
V sub(V a, V b) {
    return a - b;
}
V mul(V a, V b) {
    return a * b;
}
V div(V a, V b) {
    return a / b;
}
// The reciprocal is a sum of two numbers of one sign, so that zeros, infinities and NaN come out as
// those of a division. What is rounded in the end is within 2^-46 of the quotient: the result is
// the division's but where that lies within 2^-22 units of the last place of a tie.
V div_constant(V a, double c) {
    Emit& e = *a.e;
    const double size = std::fabs(c);
    if (!a.f32() || !e.machine.fma || !(size >= 0x1p-20 && size <= 0x1p60)) return {};
    const double reciprocal = 1.0 / c;
    auto high = static_cast<float>(reciprocal);
    if (std::fabs(high) > std::fabs(reciprocal)) high = std::nextafter(high, 0.0f);
    const double low = reciprocal - high;
    if (low == 0.0) return a * high;
    const V fast = e.fma(a, e.number(a, high), a * low);
    // Of smaller numbers the second product has too few bits left. Zeros are none of them: one less
    // than their bits is the largest number there is.
    const V bits = e.bits(a);
    const V before = e.both(bits, e.integer(bits, 0x7fffffff)) - e.integer(bits, 1);
    const V least = e.bits(e.number(a, size * 0x1p-100));
    const V small = e.wrap(e.ir.CreateICmpULT(before.v, least.v));
    llvm::Function* function = e.ir.GetInsertBlock()->getParent();
    llvm::BasicBlock* here = e.ir.GetInsertBlock();
    auto* divide = llvm::BasicBlock::Create(e.ir.getContext(), "divide", function);
    auto* after = llvm::BasicBlock::Create(e.ir.getContext(), "quotient", function);
    llvm::MDBuilder weights(e.ir.getContext());
    e.ir.CreateCondBr(e.any(small), divide, after, weights.createBranchWeights(1, 4000));
    e.ir.SetInsertPoint(divide);
    const V slow = a / c;
    e.ir.CreateBr(after);
    e.ir.SetInsertPoint(after);
    llvm::PHINode* result = e.ir.CreatePHI(a.type(), 2);
    result->addIncoming(fast.v, here);
    result->addIncoming(slow.v, divide);
    return e.wrap(result);
}
V neg(V a) {
    return -a;
}

// The quotient's floor decides the result, so it is taken in f64: there the quotient of two f32
// that is not whole never rounds to a whole number.
V mod(V a, V b) {
    Emit& e = *a.e;
    e.unify(a, b);
    const V x = e.to_f64(a);
    const V y = e.to_f64(b);
    const V r = x - y * e.floor(x / y);
    return a.f32() ? e.to_f32(r) : r;
}

V lt(V a, V b) {
    return truth(a.e->less(a, b), a.vector() ? a : b);
}
V le(V a, V b) {
    return truth(a.e->at_most(a, b), a.vector() ? a : b);
}
V gt(V a, V b) {
    return truth(a.e->greater(a, b), a.vector() ? a : b);
}
V ge(V a, V b) {
    return truth(a.e->at_least(a, b), a.vector() ? a : b);
}
V eq(V a, V b) {
    return truth(a.e->equal(a, b), a.vector() ? a : b);
}
V ne(V a, V b) {
    return truth(a.e->different(a, b), a.vector() ? a : b);
}

// What a comparison made is its mask, not a number to compare again.
static V is_true(V a) {
    const auto is = [](const llvm::Value* v, double number) {
        const auto* constant = llvm::dyn_cast<llvm::Constant>(v);
        if (constant != nullptr && constant->getType()->isVectorTy())
            constant = constant->getSplatValue();
        const auto* known = llvm::dyn_cast_or_null<llvm::ConstantFP>(constant);
        return known != nullptr && known->isExactlyValue(number);
    };
    auto* made = llvm::dyn_cast<llvm::SelectInst>(a.v);
    if (made != nullptr && is(made->getTrueValue(), 1.0) && is(made->getFalseValue(), 0.0))
        return a.e->wrap(made->getCondition());
    return a.e->different(a, a.e->number(a, 0.0));
}

V logical_and(V a, V b) {
    return truth(a.e->both(is_true(a), is_true(b)), a.vector() ? a : b);
}
V logical_or(V a, V b) {
    return truth(a.e->either(is_true(a), is_true(b)), a.vector() ? a : b);
}
V logical_not(V a) {
    return truth(a.e->equal(a, a.e->number(a, 0.0)), a);
}
V select(V a, V b, V c) {
    return a.e->select(is_true(a), b, c);
}

V sqrt(V a) {
    return a.e->sqrt(a);
}
V inversesqrt(V a) {
    return a.e->number(a, 1.0) / a.e->sqrt(a);
}
V abs(V a) {
    return a.e->abs(a);
}

V sign(V a) {
    Emit& e = *a.e;
    const V zero = e.number(a, 0.0);
    const V below = e.select(e.less(a, zero), e.number(a, -1.0), a);
    return e.select(e.greater(a, zero), e.number(a, 1.0), below);
}

V floor(V a) {
    return a.e->floor(a);
}
V ceil(V a) {
    return a.e->ceil(a);
}
V trunc(V a) {
    return a.e->trunc(a);
}
V fract(V a) {
    return a - a.e->floor(a);
}

V round(V a) {
    Emit& e = *a.e;
    const V whole = e.trunc(a);
    const V up = whole + e.copy_sign(e.number(a, 1.0), a);
    return e.select(e.at_least(e.abs(a - whole), e.number(a, 0.5)), up, whole);
}

// A constant that is a number; then a plain comparison, which gives its second operand where a NaN
// takes part, is all that fmin and fmax ask for.
static bool is_number(V x) {
    const auto* constant = llvm::dyn_cast<llvm::Constant>(x.v);
    if (constant == nullptr) return false;
    const llvm::Constant* one = x.vector() ? constant->getSplatValue() : constant;
    const auto* number = llvm::dyn_cast_or_null<llvm::ConstantFP>(one);
    return number != nullptr && !number->isNaN();
}

V min(V a, V b) {
    a.e->unify(a, b);
    if (is_number(b)) return a.e->lesser(a, b);
    if (is_number(a)) return a.e->lesser(b, a);
    return a.e->wrap(a.e->ir.CreateBinaryIntrinsic(llvm::Intrinsic::minnum, a.v, b.v));
}

V max(V a, V b) {
    a.e->unify(a, b);
    if (is_number(b)) return a.e->larger(a, b);
    if (is_number(a)) return a.e->larger(b, a);
    return a.e->wrap(a.e->ir.CreateBinaryIntrinsic(llvm::Intrinsic::maxnum, a.v, b.v));
}

V pow_constant(V x, double n) {
    Emit& e = *x.e;
    if (n == 0.5) {
        // pow(-inf, 0.5) is inf, and pow(-0, 0.5) is +0.
        const double inf = std::numeric_limits<double>::infinity();
        return e.select(e.equal(x, e.number(x, -inf)), e.number(x, inf), e.sqrt(x + 0.0));
    }
    const double magnitude = std::fabs(n);
    // Every product rounds once more; f32 has four units to lose.
    if (std::trunc(n) != n || magnitude > (x.f32() ? 4.0 : 16.0)) return {};
    V power = e.number(x, 1.0);
    V square = x;
    bool first = true;
    for (auto rest = static_cast<unsigned>(magnitude); rest != 0; rest >>= 1) {
        if (rest & 1u) {
            power = first ? square : power * square;
            first = false;
        }
        if (rest > 1) square = square * square;
    }
    return n < 0.0 ? e.number(x, 1.0) / power : power;
}

}  // namespace weft::cpu::ops

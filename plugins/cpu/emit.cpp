// The instructions behind emit.h.
#include "emit.h"

#include <llvm/IR/Intrinsics.h>
#include <llvm/IR/MDBuilder.h>

namespace weft::cpu {

llvm::Type* Emit::wide(llvm::Type* element) {
    if (lanes == 1) return element;
    return llvm::FixedVectorType::get(element, lanes);
}

llvm::Type* Emit::shaped(V like, llvm::Type* element) {
    if (auto* vector = llvm::dyn_cast<llvm::FixedVectorType>(like.type()))
        return llvm::FixedVectorType::get(element, vector->getNumElements());
    return element;
}

V Emit::spread(V x) {
    if (lanes == 1 || x.vector()) return x;
    return wrap(ir.CreateVectorSplat(lanes, x.v));
}

V Emit::number(V like, double c) {
    return wrap(llvm::ConstantFP::get(like.type(), c));
}

V Emit::integer(V like, std::int64_t c) {
    return wrap(llvm::ConstantInt::get(like.type(), static_cast<std::uint64_t>(c), true));
}

V Emit::lane_numbers() {
    if (lanes == 1) return wrap(ir.getInt32(0));
    llvm::SmallVector<llvm::Constant*, 16> numbers;
    for (unsigned i = 0; i < lanes; ++i) numbers.push_back(ir.getInt32(i));
    return wrap(llvm::ConstantVector::get(numbers));
}

void Emit::unify(V& a, V& b) {
    if (a.vector() != b.vector()) {
        // Convert before spreading: one conversion instead of one a lane.
        if (!a.vector() && a.f64() && b.f32()) a = to_f32(a);
        if (!b.vector() && b.f64() && a.f32()) b = to_f32(b);
        a = spread(a);
        b = spread(b);
    }
    if (a.f32() && b.f64()) a = to_f64(a);
    if (b.f32() && a.f64()) b = to_f64(b);
}

V Emit::intrinsic(unsigned id, V x) {
    return wrap(ir.CreateUnaryIntrinsic(id, x.v));
}
V Emit::floor(V x) {
    return intrinsic(llvm::Intrinsic::floor, x);
}
V Emit::ceil(V x) {
    return intrinsic(llvm::Intrinsic::ceil, x);
}
V Emit::trunc(V x) {
    return intrinsic(llvm::Intrinsic::trunc, x);
}
V Emit::abs(V x) {
    return intrinsic(llvm::Intrinsic::fabs, x);
}
V Emit::sqrt(V x) {
    return intrinsic(llvm::Intrinsic::sqrt, x);
}
V Emit::round_even(V x) {
    return intrinsic(llvm::Intrinsic::rint, x);
}

V Emit::copy_sign(V magnitude, V sign) {
    unify(magnitude, sign);
    return wrap(ir.CreateBinaryIntrinsic(llvm::Intrinsic::copysign, magnitude.v, sign.v));
}

V Emit::fma(V a, V b, V c) {
    unify(a, b);
    unify(a, c);
    unify(b, c);
    if (!machine.fma) return a * b + c;
    return wrap(ir.CreateIntrinsic(llvm::Intrinsic::fma, {a.type()}, {a.v, b.v, c.v}));
}

V Emit::select(V mask, V yes, V no) {
    unify(yes, no);
    if (mask.vector() && !yes.vector()) {
        yes = spread(yes);
        no = spread(no);
    }
    return wrap(ir.CreateSelect(mask.v, yes.v, no.v));
}

V Emit::compare(unsigned predicate, V a, V b) {
    unify(a, b);
    return wrap(ir.CreateFCmp(static_cast<llvm::CmpInst::Predicate>(predicate), a.v, b.v));
}
V Emit::less(V a, V b) {
    return compare(llvm::CmpInst::FCMP_OLT, a, b);
}
V Emit::at_most(V a, V b) {
    return compare(llvm::CmpInst::FCMP_OLE, a, b);
}
V Emit::greater(V a, V b) {
    return compare(llvm::CmpInst::FCMP_OGT, a, b);
}
V Emit::at_least(V a, V b) {
    return compare(llvm::CmpInst::FCMP_OGE, a, b);
}
V Emit::equal(V a, V b) {
    return compare(llvm::CmpInst::FCMP_OEQ, a, b);
}
V Emit::different(V a, V b) {
    return compare(llvm::CmpInst::FCMP_UNE, a, b);
}
V Emit::is_nan(V x) {
    return compare(llvm::CmpInst::FCMP_UNO, x, x);
}

V Emit::same_int(V a, V b) {
    unify(a, b);
    return wrap(ir.CreateICmpEQ(a.v, b.v));
}
V Emit::less_int(V a, V b) {
    unify(a, b);
    return wrap(ir.CreateICmpSLT(a.v, b.v));
}
V Emit::min_int(V a, V b) {
    return select(less_int(a, b), a, b);
}
V Emit::max_int(V a, V b) {
    return select(less_int(b, a), a, b);
}
V Emit::lesser(V a, V b) {
    return select(less(a, b), a, b);
}
V Emit::larger(V a, V b) {
    return select(greater(a, b), a, b);
}

V Emit::to_f32(V x) {
    return x.f32() ? x : wrap(ir.CreateFPTrunc(x.v, shaped(x, f32())));
}
V Emit::to_f64(V x) {
    return x.f64() ? x : wrap(ir.CreateFPExt(x.v, shaped(x, f64())));
}

V Emit::to_i32(V x) {
    if (!x.integer()) return wrap(ir.CreateFPToSI(x.v, shaped(x, i32())));
    return wrap(ir.CreateSExtOrTrunc(x.v, shaped(x, i32())));
}
V Emit::to_i64(V x) {
    if (!x.integer()) return wrap(ir.CreateFPToSI(x.v, shaped(x, i64())));
    return wrap(ir.CreateSExtOrTrunc(x.v, shaped(x, i64())));
}
V Emit::from_int(V x, llvm::Type* element) {
    return wrap(ir.CreateSIToFP(x.v, shaped(x, element)));
}
V Emit::bits(V x) {
    return wrap(ir.CreateBitCast(x.v, shaped(x, x.f64() ? i64() : i32())));
}
V Emit::from_bits(V x) {
    const bool narrow = x.type()->getScalarSizeInBits() == 32;
    return wrap(ir.CreateBitCast(x.v, shaped(x, narrow ? f32() : f64())));
}
V Emit::shift_left(V x, unsigned n) {
    return wrap(ir.CreateShl(x.v, n));
}
V Emit::shift_right(V x, unsigned n) {
    return wrap(ir.CreateLShr(x.v, n));
}
V Emit::both(V a, V b) {
    unify(a, b);
    return wrap(ir.CreateAnd(a.v, b.v));
}
V Emit::either(V a, V b) {
    unify(a, b);
    return wrap(ir.CreateOr(a.v, b.v));
}
V Emit::exclusive(V a, V b) {
    unify(a, b);
    return wrap(ir.CreateXor(a.v, b.v));
}
V Emit::negate(V mask) {
    return wrap(ir.CreateNot(mask.v));
}

V Emit::polynomial(V x, std::initializer_list<double> c) {
    const double* term = c.end() - 1;
    V sum = number(x, *term);
    while (term != c.begin()) sum = fma(sum, x, number(x, *--term));
    return sum;
}

llvm::Value* Emit::any(V mask) {
    auto* vector = llvm::dyn_cast<llvm::FixedVectorType>(mask.type());
    if (vector == nullptr) return mask.v;
    llvm::Type* packed = ir.getIntNTy(vector->getNumElements());
    llvm::Value* set = ir.CreateBitCast(mask.v, packed);
    return ir.CreateICmpNE(set, llvm::ConstantInt::get(packed, 0));
}

llvm::Value* Emit::slot(llvm::Type* type) {
    llvm::BasicBlock& entry = ir.GetInsertBlock()->getParent()->getEntryBlock();
    llvm::IRBuilder<> at(&entry, entry.begin());
    llvm::AllocaInst* made = at.CreateAlloca(type);
    made->setAlignment(llvm::Align(64));
    return made;
}

V Emit::guarded(V x, V ok, V fast, const char* symbol) {
    llvm::Function* function = ir.GetInsertBlock()->getParent();
    llvm::BasicBlock* before = ir.GetInsertBlock();
    auto* slow = llvm::BasicBlock::Create(ir.getContext(), "slow", function);
    auto* after = llvm::BasicBlock::Create(ir.getContext(), "after", function);
    llvm::MDBuilder weights(ir.getContext());
    ir.CreateCondBr(any(negate(ok)), slow, after, weights.createBranchWeights(1, 4000));

    ir.SetInsertPoint(slow);
    llvm::Value* in = slot(x.type());
    llvm::Value* out = slot(x.type());
    ir.CreateStore(x.v, in);
    auto* type = llvm::FunctionType::get(ir.getVoidTy(), {ptr(), ptr(), i32()}, false);
    const unsigned width = x.vector() ? lanes : 1;
    ir.CreateCall(code.getOrInsertFunction(symbol, type), {in, out, ir.getInt32(width)});
    V exact = wrap(ir.CreateLoad(x.type(), out));
    exact = select(ok, fast, exact);
    ir.CreateBr(after);

    ir.SetInsertPoint(after);
    llvm::PHINode* result = ir.CreatePHI(fast.type(), 2);
    result->addIncoming(fast.v, before);
    result->addIncoming(exact.v, slow);
    return wrap(result);
}

V operator+(V a, V b) {
    a.e->unify(a, b);
    return {a.e, a.integer() ? a.e->ir.CreateAdd(a.v, b.v) : a.e->ir.CreateFAdd(a.v, b.v)};
}
V operator-(V a, V b) {
    a.e->unify(a, b);
    return {a.e, a.integer() ? a.e->ir.CreateSub(a.v, b.v) : a.e->ir.CreateFSub(a.v, b.v)};
}
V operator*(V a, V b) {
    a.e->unify(a, b);
    return {a.e, a.integer() ? a.e->ir.CreateMul(a.v, b.v) : a.e->ir.CreateFMul(a.v, b.v)};
}
V operator/(V a, V b) {
    a.e->unify(a, b);
    return {a.e, a.e->ir.CreateFDiv(a.v, b.v)};
}
V operator-(V a) {
    return {a.e, a.e->ir.CreateFNeg(a.v)};
}

}  // namespace weft::cpu

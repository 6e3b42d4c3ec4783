// Dispatch from operator numbers to emitters, generated from the table.
#include "emit_ops.h"

#include <string>

namespace weft::cpu {

#define WEFT_CPU_ARGS_1 args[0]
#define WEFT_CPU_ARGS_2 args[0], args[1]
#define WEFT_CPU_ARGS_3 args[0], args[1], args[2]

V emit_op(std::uint16_t op, const V* args) {
    switch (op) {
// clang-format off
#define WEFT_OP(number, NAME, name, arity, meaning, cpu, ulp, cost, doc) \
    case number: return ops::cpu(WEFT_CPU_ARGS_##arity);
#include <weft/ops.def>
        // clang-format on
        default: return {};
    }
}

namespace {

struct OpFacts {
    unsigned arity = 0;
    double cost = 0;
};

OpFacts facts_of(std::uint16_t op) {
    switch (op) {
// clang-format off
#define WEFT_OP(number, NAME, name, arity, meaning, cpu, ulp, cost, doc) \
    case number: return {arity, cost};
#include <weft/ops.def>
        // clang-format on
        default: return {};
    }
}

// From this cost on, in additions, a call is shorter than the code.
constexpr double kCallCost = 14;
constexpr double kBulkyCost = 100;

// The module's function `name` of `count` operands like `like`, written by `body` when it is new.
template <class Body>
llvm::Function* shared_function(V like, const std::string& name, unsigned count, llvm::Type* result,
                                Body&& body) {
    Emit& e = *like.e;
    if (llvm::Function* known = e.code.getFunction(name)) return known;
    llvm::Function* caller = e.ir.GetInsertBlock()->getParent();
    const llvm::SmallVector<llvm::Type*, 3> params(count, like.type());
    llvm::Function* made = llvm::Function::Create(llvm::FunctionType::get(result, params, false),
                                                  llvm::Function::InternalLinkage, name, e.code);
    made->setAttributes(caller->getAttributes());
    llvm::IRBuilderBase::InsertPointGuard guard(e.ir);
    e.ir.SetInsertPoint(llvm::BasicBlock::Create(e.ir.getContext(), "entry", made));
    V args[3];
    for (unsigned i = 0; i < count; ++i) args[i] = e.wrap(made->getArg(i));
    e.ir.CreateRet(body(args));
    return made;
}

std::string shape_name(V like) {
    const unsigned lanes = like.vector() ? like.e->lanes : 1;
    return (like.f64() ? "_f64x" : "_f32x") + std::to_string(lanes);
}

}  // namespace

bool is_expensive(std::uint16_t op) {
    return facts_of(op).cost >= kCallCost;
}

bool is_bulky(std::uint16_t op) {
    return facts_of(op).cost >= kBulkyCost;
}

V call_op(std::uint16_t op, const V* args) {
    const OpFacts facts = facts_of(op);
    V operands[3];
    for (unsigned i = 0; i < facts.arity; ++i) operands[i] = args[i];
    Emit& e = *args[0].e;
    for (unsigned i = 1; i < facts.arity; ++i) e.unify(operands[0], operands[i]);
    for (unsigned i = 1; i < facts.arity; ++i) e.unify(operands[0], operands[i]);
    if (!is_expensive(op)) return emit_op(op, operands);
    llvm::Function* function = shared_function(
        operands[0], "op" + std::to_string(op) + shape_name(operands[0]), facts.arity,
        operands[0].type(), [op](const V* inner) { return emit_op(op, inner).v; });
    llvm::SmallVector<llvm::Value*, 3> values;
    for (unsigned i = 0; i < facts.arity; ++i) values.push_back(operands[i].v);
    return e.wrap(e.ir.CreateCall(function, values));
}

void call_sin_cos(V a, V& sine, V& cosine) {
    Emit& e = *a.e;
    llvm::Type* pair = llvm::StructType::get(a.type(), a.type());
    llvm::Function* function =
        shared_function(a, "sin_cos" + shape_name(a), 1, pair, [&e, pair](const V* inner) {
            V s, c;
            ops::sin_cos(inner[0], s, c);
            llvm::Value* both = e.ir.CreateInsertValue(llvm::PoisonValue::get(pair), s.v, 0);
            return e.ir.CreateInsertValue(both, c.v, 1);
        });
    llvm::Value* both = e.ir.CreateCall(function, {a.v});
    sine = e.wrap(e.ir.CreateExtractValue(both, 0));
    cosine = e.wrap(e.ir.CreateExtractValue(both, 1));
}

}  // namespace weft::cpu

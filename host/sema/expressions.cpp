// Expressions to scalars. An expression is looked at once for every output that wants a value of
// it; parts that give the same value for all outputs are made once and shared.
#include <cmath>

#include "sema/checker.h"

namespace weft::sema {
namespace {

std::uint32_t op_of(syntax::BinaryOp op) {
    switch (op) {
        case syntax::BinaryOp::power: return WEFT_OP_POW;
        case syntax::BinaryOp::multiply: return WEFT_OP_MUL;
        case syntax::BinaryOp::divide: return WEFT_OP_DIV;
        case syntax::BinaryOp::modulo: return WEFT_OP_MOD;
        case syntax::BinaryOp::add: return WEFT_OP_ADD;
        case syntax::BinaryOp::subtract: return WEFT_OP_SUB;
        case syntax::BinaryOp::less: return WEFT_OP_LT;
        case syntax::BinaryOp::less_equal: return WEFT_OP_LE;
        case syntax::BinaryOp::greater: return WEFT_OP_GT;
        case syntax::BinaryOp::greater_equal: return WEFT_OP_GE;
        case syntax::BinaryOp::equal: return WEFT_OP_EQ;
        case syntax::BinaryOp::not_equal: return WEFT_OP_NE;
        case syntax::BinaryOp::logical_and: return WEFT_OP_AND;
        case syntax::BinaryOp::logical_or: return WEFT_OP_OR;
    }
    return WEFT_OP_ADD;
}

std::uint32_t op_of(syntax::UnaryOp op) {
    return op == syntax::UnaryOp::negate ? WEFT_OP_NEG : WEFT_OP_NOT;
}

}  // namespace

// While outputs are taken one by one, what did not depend on the output is kept.
const Expr* Checker::eval(syntax::ExprPtr expr, const Want& want) {
    const bool several = want.count > 1;
    if (several) {
        const auto known = memo_.find(expr);
        if (known != memo_.end()) return known->second;
    }
    const bool used_outside = want_used_;
    want_used_ = false;
    const Expr* const result = eval_new(expr, want);
    if (several && !want_used_) memo_.emplace(expr, result);
    want_used_ = want_used_ || used_outside;
    return result;
}

const Expr* Checker::eval_new(syntax::ExprPtr expr, const Want& want) {
    const auto part = [&](std::size_t i) { return eval(expr->args[i], want); };
    switch (expr->kind) {
        case syntax::ExprKind::number: return number(expr->value, expr->span);
        case syntax::ExprKind::string: error(Code::text_as_value, expr->span); return nullptr;
        case syntax::ExprKind::name: return eval_name(expr, want);
        case syntax::ExprKind::member: return eval_member(expr);
        case syntax::ExprKind::unary: return op(op_of(expr->unary_op), {part(0)}, expr->span);
        case syntax::ExprKind::binary: {
            const Expr* const left = part(0);
            const Expr* const right = part(1);
            return op(op_of(expr->binary_op), {left, right}, expr->span);
        }
        case syntax::ExprKind::if_else: {
            const Expr* const condition = part(0);
            const Expr* const yes = part(1);
            const Expr* const no = part(2);
            return op(WEFT_OP_SELECT, {condition, yes, no}, expr->span);
        }
        case syntax::ExprKind::call: return eval_call(expr, want);
        case syntax::ExprKind::multi_call: return eval_multi_call(expr, want);
        case syntax::ExprKind::bundle:
        case syntax::ExprKind::tuple: return eval_list(expr, want);
        case syntax::ExprKind::index: return eval_index(expr, want);
        case syntax::ExprKind::remap: return eval_remap(expr, want);
    }
    return nullptr;
}

// An item of a bundle is one value, for the output that it is meant for.
const Expr* Checker::eval_list(syntax::ExprPtr expr, const Want& want) {
    const std::size_t size = expr->args.size();
    if (size != 1 && size != want.count) {
        Diagnostic& wrong =
            error(Code::value_count, expr->span,
                  {counted(size, "value"),
                   want.count == 1 ? "one is" : std::to_string(want.count) + " are"});
        if (want.count == 1)
            wrong.suggest("name the outputs, as in name<a, b> = ..., or index: <a, b>[0]");
        return nullptr;
    }
    if (size == 1) return eval(expr->args[0], want);
    want_used_ = true;
    return eval(expr->args[want.index], {want.name, 0, 1});
}

const Expr* Checker::eval_index(syntax::ExprPtr expr, const Want& want) {
    // Of a literal bundle the item itself is taken, which may be a bundle again.
    std::vector<syntax::ExprPtr> chain;
    syntax::ExprPtr base = expr;
    while (base->kind == syntax::ExprKind::index) {
        chain.push_back(base);
        base = base->args[0];
    }
    while (!chain.empty() &&
           (base->kind == syntax::ExprKind::bundle || base->kind == syntax::ExprKind::tuple)) {
        const auto at = constant_index(chain.back()->args[1], base->args.size(), false);
        if (!at) return nullptr;
        base = base->args[*at];
        chain.pop_back();
    }
    if (chain.empty()) return eval(base, want);
    const Shape shape = shape_of(base);
    const auto at = constant_index(chain.back()->args[1], shape.count, shape.open);
    if (!at) return nullptr;
    if (chain.size() > 1) {
        error(Code::index_range, chain.front()->span, {"behind an index", "one value"});
        return nullptr;
    }
    // The values of other items must not be mistaken for this one's.
    const auto kept = std::move(memo_);
    memo_.clear();
    const Expr* const result = eval(base, item_want(shape, *at));
    memo_ = kept;
    want_used_ = true;
    return result;
}

std::optional<std::uint32_t> Checker::constant_index(syntax::ExprPtr index, std::size_t count,
                                                     bool open) {
    const Expr* const value = eval(index, {});
    if (value == nullptr) return std::nullopt;
    const auto folded = fold(value);
    if (!folded) {
        error(Code::not_constant, index->span, {"an index"});
        return std::nullopt;
    }
    const bool whole = *folded >= 0 && *folded == std::floor(*folded);
    if (whole && (open || *folded < static_cast<double>(count)))
        return static_cast<std::uint32_t>(open ? 0 : *folded);
    error(Code::index_range, index->span, {plain_number(*folded), counted(count, "value")})
        .suggest(count == 1 ? "the only index is 0"
                            : "indices are whole and run from 0 to " + std::to_string(count - 1));
    return std::nullopt;
}

Want Checker::item_want(const Shape& shape, std::uint32_t index) const {
    if (index < shape.names.size()) return {shape.names[index], index, shape.count};
    return {{}, index, shape.count};
}

Items Checker::eval_items(syntax::ExprPtr expr) {
    return eval_items(expr, shape_of(expr));
}

// Every value that an expression gives, where nothing says how many are wanted.
Items Checker::eval_items(syntax::ExprPtr expr, const Shape& shape) {
    Items result;
    const auto kept = std::move(memo_);
    memo_.clear();
    for (std::uint32_t i = 0; i < shape.count; ++i)
        result.push_back(eval(expr, item_want(shape, i)));
    memo_ = kept;
    return result;
}

}  // namespace weft::sema

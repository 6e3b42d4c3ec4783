// Folding of expressions that depend on no coordinate but settings.
#include "sema/constants.h"

#include "eval/eval.h"

namespace weft::sema {
namespace {

constexpr int kMaxDepth = 4000;  // strands of strands; more counts as not constant

}  // namespace

double Constants::apply(std::uint32_t op, const double* operands) {
    return weft_eval_op(op, operands);
}

std::optional<double> Constants::fold(const Expr* expr) {
    if (expr == nullptr || depth_ >= kMaxDepth) return std::nullopt;
    ++depth_;
    std::optional<double> result;
    switch (expr->kind) {
        case ExprKind::number: result = expr->value; break;
        case ExprKind::field:
            if (weft_field_is_setting(expr->index) == 0) break;
            result = setting ? setting(expr->index) : program_.settings[expr->index];
            break;
        case ExprKind::strand: result = fold_strand(expr->index); break;
        case ExprKind::op: {
            double operands[3] = {0, 0, 0};
            bool all = expr->args.size() <= std::size(operands);
            for (std::size_t i = 0; all && i < expr->args.size(); ++i) {
                const auto value = fold(expr->args[i]);
                all = value.has_value();
                operands[i] = value.value_or(0);
            }
            if (all) result = apply(expr->index, operands);
            break;
        }
        case ExprKind::remap: {
            // What depends on no coordinate stays what it is, unless a setting is replaced.
            bool settings = false;
            for (const Replacement& replacement : expr->replacements)
                settings = settings || weft_field_is_setting(replacement.field) != 0;
            if (!settings) result = fold(expr->args[0]);
            break;
        }
        default: break;
    }
    --depth_;
    return result;
}

std::optional<double> Constants::fold_strand(StrandId id) {
    const auto known = strands_.find(id);
    if (known != strands_.end()) return known->second;
    const InstanceId owner = program_.strands[id].instance;
    if (prepare) prepare(owner);
    const Expr* const value = program_.strands[id].value;
    if (program_.instances[owner].kind != InstanceKind::computed || value == nullptr)
        return std::nullopt;
    strands_[id] = std::nullopt;  // a cycle is not constant
    const auto result = fold(value);
    if (result || !prepare)
        strands_[id] = result;
    else
        strands_.erase(id);
    return result;
}

}  // namespace weft::sema

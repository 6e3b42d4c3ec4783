// Constant folding: settings, sizes of caches, indices. Exact, by the reference evaluator.
#include "eval/eval.h"

#include <cmath>

#include "sema/checker.h"

namespace weft::sema {
namespace {

constexpr int kMaxFoldDepth = 4000;  // strands of strands; more counts as not constant

}  // namespace

std::optional<double> Checker::fold(const Expr* expr) {
    if (expr == nullptr || fold_depth_ >= kMaxFoldDepth) return std::nullopt;
    ++fold_depth_;
    std::optional<double> result;
    switch (expr->kind) {
        case ExprKind::number: result = expr->value; break;
        case ExprKind::field:
            if (field_class(expr->index) != WEFT_FIELD_CLASS_SETTING) break;
            if (setting_state_[expr->index] == 1) {
                setting_cycle_ = true;  // who asked first reports it
                break;
            }
            if (setting_state_[expr->index] == 0 && setting_stmts_[expr->index] != nullptr)
                check_setting(*setting_stmts_[expr->index], expr->index);
            result = program_.settings[expr->index];
            break;
        case ExprKind::strand: {
            const auto known = folded_.find(expr->index);
            if (known != folded_.end()) {
                result = known->second;
                break;
            }
            const InstanceId owner = program_.strands[expr->index].instance;
            ensure_checked(owner);
            const Expr* const value = program_.strands[expr->index].value;
            if (program_.instances[owner].kind != InstanceKind::computed || value == nullptr) break;
            folded_[expr->index] = std::nullopt;  // a cycle is not constant
            result = fold(value);
            if (result) folded_[expr->index] = result;
            else folded_.erase(expr->index);
            break;
        }
        case ExprKind::op: {
            double args[3] = {0, 0, 0};
            bool all = true;
            for (std::size_t i = 0; i < expr->args.size() && i < 3 && all; ++i) {
                const auto value = fold(expr->args[i]);
                all = value.has_value();
                args[i] = value.value_or(0);
            }
            if (all) result = weft_eval_op(expr->index, args);
            break;
        }
        case ExprKind::remap: {
            // What depends on no coordinate stays where it is; a setting may be what is replaced.
            bool settings = false;
            for (const Replacement& replacement : expr->replacements)
                settings = settings || (replacement.field < WEFT_FIELD_COUNT &&
                                        field_class(replacement.field) ==
                                            WEFT_FIELD_CLASS_SETTING);
            if (!settings) result = fold(expr->args[0]);
            break;
        }
        default: break;
    }
    --fold_depth_;
    return result;
}

}  // namespace weft::sema

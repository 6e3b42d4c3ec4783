// Backward slices of spindles, without regard to the order of assignments.
#include "sema/slices.h"

#include <unordered_set>

namespace weft::sema {

void Slices::collect(const std::vector<Statement>& statements, std::vector<const Expr*>& bounds,
                     Assignments& into) {
    for (const Statement& statement : statements) {
        Assigned& assigned = into[statement.slot];
        assigned.in_loop = assigned.in_loop || !bounds.empty();
        assigned.values.insert(assigned.values.end(), bounds.begin(), bounds.end());
        if (statement.kind == StatementKind::set) {
            assigned.values.push_back(statement.value);
            continue;
        }
        assigned.in_loop = true;
        assigned.values.push_back(statement.from);
        assigned.values.push_back(statement.to);
        bounds.push_back(statement.from);
        bounds.push_back(statement.to);
        collect(statement.body, bounds, into);
        bounds.resize(bounds.size() - 2);
    }
}

const Slices::Assignments& Slices::assignments_of(const Body& body) {
    const auto [at, is_new] = assignments_.try_emplace(&body);
    if (is_new) {
        at->second.resize(body.local_count);
        std::vector<const Expr*> bounds;
        collect(body.statements, bounds, at->second);
    }
    return at->second;
}

const Expr* Slices::only_value(const Body& body, std::uint32_t slot) {
    const Assigned& assigned = assignments_of(body)[slot];
    return assigned.values.size() == 1 && !assigned.in_loop ? assigned.values[0] : nullptr;
}

const std::vector<const Expr*>& Slices::of(const Body& body, std::uint32_t slot) {
    const auto [at, is_new] = slices_.try_emplace({&body, slot});
    if (!is_new) return at->second;
    const Assignments& assignments = assignments_of(body);
    std::vector<const Expr*>& result = at->second;
    std::vector<char> wanted(body.local_count, 0);
    std::vector<std::uint32_t> slots{slot};
    wanted[slot] = 1;
    std::unordered_set<const Expr*> seen;
    std::vector<const Expr*> parts;
    while (!slots.empty()) {
        const std::uint32_t current = slots.back();
        slots.pop_back();
        for (const Expr* value : assignments[current].values) {
            if (value == nullptr || !seen.insert(value).second) continue;
            result.push_back(value);
            parts.push_back(value);
        }
        while (!parts.empty()) {
            const Expr* const part = parts.back();
            parts.pop_back();
            const auto visit = [&](const Expr* next) {
                if (next != nullptr && seen.insert(next).second) parts.push_back(next);
            };
            if (part->kind == ExprKind::local && wanted[part->index] == 0) {
                wanted[part->index] = 1;
                slots.push_back(part->index);
            }
            for (const Expr* arg : part->args) visit(arg);
            for (const Replacement& replacement : part->replacements) visit(replacement.value);
            if (part->call != nullptr)
                for (const Expr* arg : part->call->args) visit(arg);
        }
    }
    return result;
}

const Slices::Leaves* Slices::leaves_of(const Body& body, std::uint32_t slot) {
    const auto [at, is_new] = leaves_.try_emplace({&body, slot});
    Leaves& result = at->second;
    if (!is_new) return result.simple ? &result : nullptr;
    std::vector<const Expr*> open = of(body, slot);
    std::unordered_set<const Expr*> seen;
    std::unordered_set<std::uint32_t> arguments;
    while (!open.empty()) {
        const Expr* const expr = open.back();
        open.pop_back();
        if (!seen.insert(expr).second) continue;
        if (expr->kind == ExprKind::strand) result.strands.push_back(expr);
        if (expr->kind == ExprKind::argument && arguments.insert(expr->index).second)
            result.arguments.push_back(expr->index);
        result.simple = result.simple && expr->call == nullptr;
        open.insert(open.end(), expr->args.begin(), expr->args.end());
        for (const Replacement& replacement : expr->replacements) {
            result.simple = result.simple && replacement.field != WEFT_FIELD_OWN;
            open.push_back(replacement.value);
        }
    }
    return result.simple ? &result : nullptr;
}

}  // namespace weft::sema

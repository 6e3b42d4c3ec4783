// Remaps: a strand evaluated elsewhere. What is replaced is a coordinate of `me`, or an axis that
// an instance has of its own.
#include <algorithm>

#include "sema/checker.h"

namespace weft::sema {
namespace {

constexpr std::uint32_t kPositional[] = {WEFT_FIELD_X, WEFT_FIELD_Y, WEFT_FIELD_TIME};

}  // namespace

const Expr* Checker::eval_remap(syntax::ExprPtr expr, const Want& want) {
    if (scope_ != nullptr && scope_->generic) lint_local(expr->args[0]);
    const Expr* const base = eval(expr->args[0], want);
    Expr* const result = make(ExprKind::remap, expr->span);
    bool ok = base != nullptr;
    std::size_t positional = 0;
    for (const syntax::RemapItem& item : expr->remaps)
        if (item.field.text.empty()) ++positional;
    if (positional > std::size(kPositional)) {
        error(Code::positional_count, expr->span, {std::to_string(positional)});
        return nullptr;
    }
    positional = 0;
    for (const syntax::RemapItem& item : expr->remaps) {
        const Expr* const value = eval(item.value, want);
        std::uint32_t field = 0;
        InstanceId instance = kNone;
        if (item.field.text.empty())
            field = kPositional[positional++];
        else if (!resolve_axis(item, &field, &instance))
            ok = false;
        if (!ok || value == nullptr) {
            ok = false;
            continue;
        }
        ok = add_replacement(*result, field, instance, value, item.span);
    }
    if (!ok) return nullptr;
    result->args.push_back(base);
    return result;
}

// img(e1, e2): a bare instance or parameter, its coordinates replaced by position.
const Expr* Checker::positional_remap(syntax::ExprPtr call, const Want& want) {
    if (call->args.empty() || call->args.size() > std::size(kPositional)) {
        error(Code::positional_count, call->span, {std::to_string(call->args.size())});
        return nullptr;
    }
    for (const syntax::Name& label : call->arg_names) {
        if (label.text.empty()) continue;
        error(Code::unknown_argument, label.span, {"'" + call->text + "'", label.text});
        return nullptr;
    }
    syntax::Expr name;
    name.kind = syntax::ExprKind::name;
    name.text = call->text;
    name.span = call->text_span;
    const Expr* const base = eval_name(&name, want);
    if (scope_ != nullptr && scope_->generic) lint_local(&name);
    Expr* const result = make(ExprKind::remap, call->span);
    bool ok = base != nullptr;
    for (std::size_t i = 0; i < call->args.size(); ++i) {
        const Expr* const value = eval(call->args[i], want);
        ok = ok && value != nullptr &&
             add_replacement(*result, kPositional[i], kNone, value, call->args[i]->span);
    }
    if (!ok) return nullptr;
    result->args.push_back(base);
    return result;
}

bool Checker::add_replacement(Expr& remap, std::uint32_t field, InstanceId instance,
                              const Expr* value, Span span) {
    for (const Replacement& other : remap.replacements) {
        if (other.field != field || other.instance != instance) continue;
        const std::string name = instance == kNone ? "me@" + std::string(field_name(field))
                                                   : program_.instances[instance].name + "@" +
                                                         program_.instances[instance].own_axis;
        error(Code::replaced_twice, span, {name}).note(other.value->span, "the first is here");
        return false;
    }
    remap.replacements.push_back({field, instance, value});
    return true;
}

bool Checker::resolve_axis(const syntax::RemapItem& item, std::uint32_t* field,
                           InstanceId* instance) {
    const std::string& name = item.instance.text;
    const std::string& axis = item.field.text;
    if (name == "me") {
        if (const auto known = field_named(axis)) {
            *field = *known;
            return true;
        }
        Diagnostic& unknown = error(Code::unknown_field, item.field.span, {axis});
        const std::string_view near = nearest_name(axis, field_names(false));
        if (!near.empty()) unknown.suggest("did you mean 'me@" + std::string(near) + "'?");
        return false;
    }
    InstanceId id = kNone;
    if (find_local(name) == nullptr) {
        if (const ParamShape* param = find_param(name)) {
            if (param->open) {
                *field = WEFT_FIELD_X;
                // Any axis will do while nothing is known of the argument; a number of its own
                // keeps two of them apart.
                *field = WEFT_FIELD_OWN + 1 + static_cast<std::uint32_t>(item.span.begin);
                return true;
            }
            if (!param->record) {
                error(Code::strand_argument, item.instance.span, {name})
                    .suggest("pass the instance itself, without '@'");
                return false;
            }
            id = param->axis_of;
        } else {
            id = instance_named(name);
            if (id == kNone) {
                (void)unknown_name(name, item.instance.span);
                return false;
            }
        }
    }
    if (id != kNone && !axis.empty() && program_.instances[id].own_axis == axis) {
        *field = WEFT_FIELD_OWN;
        *instance = id;
        return true;
    }
    Diagnostic& unknown =
        error(Code::unknown_axis, join(item.instance.span, item.field.span), {name, axis});
    if (id != kNone && !program_.instances[id].own_axis.empty()) {
        unknown.suggest("its axis is " + name + "@" + program_.instances[id].own_axis);
    } else if (field_named(axis)) {
        unknown.suggest("did you mean 'me@" + axis + "'?");
    } else {
        unknown.suggest(
            "a remap replaces coordinates, as in me@x, or the axis of a cache, as in c@k");
    }
    return false;
}

void Checker::lint_local(syntax::ExprPtr base) {
    if (base->kind != syntax::ExprKind::name && base->kind != syntax::ExprKind::member) return;
    const bool output =
        scope_->output_slots.count(base->text) != 0 && find_param(base->text) == nullptr;
    if (find_local(base->text) == nullptr && !output) return;
    if (!reported_.emplace(Code::remap_of_local, base->span.file, base->span.begin, base->span.end)
             .second)
        return;
    diagnostics_.add(Code::remap_of_local, base->span, {base->text})
        .suggest("remap what it is made of, or make it an instance outside the spindle");
}

}  // namespace weft::sema

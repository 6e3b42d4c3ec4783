// Names and members: coordinates, strands, parameters and locals.
#include "sema/checker.h"

namespace weft::sema {
namespace {

std::string listed(const std::vector<std::string>& names) {
    std::string result;
    for (const std::string& name : names) result += (result.empty() ? "" : ", ") + name;
    return result;
}

std::string did_you_mean(std::string_view name) {
    return name.empty() ? std::string() : "did you mean '" + std::string(name) + "'?";
}

template <class Names>
std::string nearest_in(std::string_view name, const Names& names) {
    const std::vector<std::string_view> candidates(names.begin(), names.end());
    return std::string(nearest_name(name, candidates));
}

}  // namespace

const Local* Checker::find_local(std::string_view name) const {
    if (scope_ == nullptr) return nullptr;
    const auto found = scope_->locals.find(name);
    return found == scope_->locals.end() ? nullptr : &found->second;
}

const ParamShape* Checker::find_param(std::string_view name) const {
    if (scope_ == nullptr) return nullptr;
    const auto found = scope_->param_numbers.find(name);
    return found == scope_->param_numbers.end() ? nullptr : &scope_->params[found->second];
}

const Expr* Checker::eval_name(syntax::ExprPtr expr, const Want& want) {
    if (const Local* local = find_local(expr->text))
        return bare_local(*local, expr->text, want, expr->span);
    if (const ParamShape* param = find_param(expr->text))
        return bare_param(*param, expr->text, want, expr->span);
    if (scope_ != nullptr) {
        const auto output = scope_->output_slots.find(expr->text);
        if (output != scope_->output_slots.end()) {
            if (scope_->output_set[output->second] != 0)
                return indexed(ExprKind::local, output->second, expr->span);
            if (instance_named(expr->text) == kNone) {
                error(Code::read_before_set, expr->span, {expr->text});
                return nullptr;
            }
        }
    }
    const InstanceId id = instance_named(expr->text);
    return id == kNone ? unknown_name(expr->text, expr->span) : bare_instance(id, want, expr->span);
}

const Expr* Checker::unknown_name(std::string_view name, Span span) {
    std::uint32_t number = 0;
    if (find_spindle(name, &number) != nullptr) {
        error(Code::not_a_value, span, {name, "a spindle"})
            .suggest("call it: " + std::string(name) + "(...)");
    } else if (find_function(name) != nullptr || builtin_named(name) != nullptr ||
               name == "cache") {
        error(Code::not_a_value, span, {name, "a function"})
            .suggest("call it: " + std::string(name) + "(...)");
    } else {
        Diagnostic& unknown = error(Code::unknown_name, span, {name});
        if (name == "true" || name == "false")
            unknown.suggest("truth is a number: 1 or 0");
        else if (name == "pi")
            unknown.suggest("write pi = 3.141592653589793");
        else if (field_named(name))
            unknown.suggest("a coordinate is read as me@" + std::string(name));
        else
            unknown.suggest(did_you_mean(nearest_value(name)));
    }
    return nullptr;
}

// A bare instance: its only strand, or that of the output's name.
const Expr* Checker::bare_instance(InstanceId id, const Want& want, Span span) {
    const Instance& instance = program_.instances[id];
    if (instance.strands.size() == 1) return strand(instance.strands[0], span);
    want_used_ = true;
    if (!want.name.empty()) {
        const std::uint32_t output = find_output(id, want.name, want.index);
        if (output != kNone) return strand(instance.strands[output], span);
        error(Code::strand_for_output, span, {instance.name, want.name})
            .note(instance.span, "'" + instance.name + "' has " + strands_of(instance))
            .suggest(
                "name the strand that is meant, as in " + instance.name + "@" +
                (instance.strands.empty() ? "name" : program_.strands[instance.strands[0]].name));
        return nullptr;
    }
    if (instance.strands.empty()) return nullptr;
    error(Code::many_strands, span, {instance.name, std::to_string(instance.strands.size())})
        .note(instance.span, "'" + instance.name + "' has " + strands_of(instance))
        .suggest("name the strand that is meant, as in " + instance.name + "@" +
                 program_.strands[instance.strands[0]].name);
    return nullptr;
}

const Expr* Checker::bare_local(const Local& local, std::string_view name, const Want& want,
                                Span span) {
    if (local.slots.size() == 1) return indexed(ExprKind::local, local.slots[0], span);
    want_used_ = true;
    for (std::size_t i = 0; i < local.names.size(); ++i)
        if (local.names[i] == want.name) return indexed(ExprKind::local, local.slots[i], span);
    if (want.name.empty()) {
        error(Code::many_strands, span, {name, std::to_string(local.slots.size())});
    } else {
        error(Code::strand_for_output, span, {name, want.name});
    }
    return nullptr;
}

const Expr* Checker::bare_param(const ParamShape& param, std::string_view name, const Want& want,
                                Span span) {
    if (!param.record || param.open) return indexed(ExprKind::argument, param.bare, span);
    // Handed on with the caller's name in mind, a parameter is a bundle of its own here.
    if (!param.each && want.count == param.names.size() && want.count > 1) {
        want_used_ = true;
        if (param.names.front().empty())
            return indexed(ExprKind::argument, param.first + want.index, span);
        for (std::uint32_t i = 0; i < param.names.size(); ++i)
            if (param.names[i] == want.name)
                return indexed(ExprKind::argument, param.first + i, span);
    }
    if (param.has_bare) return indexed(ExprKind::argument, param.bare, span);
    if (param.bare_error.empty()) {
        error(Code::many_strands, span, {name, std::to_string(param.names.size())});
    } else {
        error(Code::strand_for_output, span, {name, param.bare_error})
            .suggest("its strands are " + listed(param.names));
    }
    return nullptr;
}

const Expr* Checker::eval_member(syntax::ExprPtr expr) {
    const std::string& field = expr->member.text;
    if (expr->text == "me") {
        if (const auto known = field_named(field))
            return indexed(ExprKind::field, *known, expr->span);
        error(Code::unknown_field, expr->member.span, {field})
            .suggest(did_you_mean(nearest_in(field, field_names(false))));
        return nullptr;
    }
    if (const Local* local = find_local(expr->text)) return local_member(*local, expr);
    if (const ParamShape* param = find_param(expr->text)) return param_member(*param, expr);
    const InstanceId id = instance_named(expr->text);
    if (id == kNone) return unknown_name(expr->text, expr->text_span);
    const std::uint32_t output = find_output(id, field, 0);
    if (output != kNone && !field.empty())
        return strand(program_.instances[id].strands[output], expr->span);
    const Instance& instance = program_.instances[id];
    if (!instance.own_axis.empty() && instance.own_axis == field)
        return indexed(ExprKind::own_axis, id, expr->span);
    if (instance.name == "key" && instance.kind == InstanceKind::parameter &&
        !instance.span.valid())
        return strand(input_strand(id, field, expr->span), expr->span);
    if (is_anonymous(instance)) {
        error(Code::single_strand, expr->member.span, {instance.name})
            .note(instance.span, "it is bound here")
            .suggest("read it as '" + instance.name + "'");
        return nullptr;
    }
    Diagnostic& unknown = error(Code::unknown_strand, expr->member.span, {instance.name, field});
    if (instance.span.valid())
        unknown.note(instance.span, "'" + instance.name + "' has " + strands_of(instance));
    std::vector<std::string_view> names;
    for (const StrandId strand_id : instance.strands)
        names.push_back(program_.strands[strand_id].name);
    unknown.suggest(did_you_mean(nearest_in(field, names)));
    return nullptr;
}

const Expr* Checker::local_member(const Local& local, syntax::ExprPtr expr) {
    for (std::size_t i = 0; i < local.names.size(); ++i)
        if (local.names[i] == expr->member.text)
            return indexed(ExprKind::local, local.slots[i], expr->span);
    if (local.names.empty()) {
        error(Code::single_strand, expr->member.span, {expr->text})
            .suggest("a local is read as '" + expr->text + "'");
    } else {
        error(Code::unknown_strand, expr->member.span, {expr->text, expr->member.text})
            .suggest(did_you_mean(nearest_in(expr->member.text, local.names)));
    }
    return nullptr;
}

const Expr* Checker::param_member(const ParamShape& param, syntax::ExprPtr expr) {
    if (param.open) return indexed(ExprKind::argument, param.bare, expr->span);
    if (!param.record) {
        error(Code::strand_argument, expr->span, {expr->text})
            .suggest("pass the instance itself, without '@'");
        return nullptr;
    }
    for (std::uint32_t i = 0; i < param.names.size(); ++i)
        if (param.names[i] == expr->member.text)
            return indexed(ExprKind::argument, param.first + i, expr->span);
    if (param.axis_of != kNone && program_.instances[param.axis_of].own_axis == expr->member.text)
        return indexed(ExprKind::own_axis, param.axis_of, expr->span);
    error(Code::unknown_strand, expr->member.span, {expr->text, expr->member.text})
        .suggest(did_you_mean(nearest_in(expr->member.text, param.names)));
    return nullptr;
}

}  // namespace weft::sema

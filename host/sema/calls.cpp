// Calls of spindles. A parameter is a strand, by name; where the spindle reads a parameter's
// strands (p@r, p[0]), the call passes all of them.
#include <algorithm>

#include "sema/checker.h"

namespace weft::sema {
namespace {

bool same_leaf(const Expr* a, const Expr* b) {
    const bool leaf =
        a->kind == ExprKind::strand || a->kind == ExprKind::local || a->kind == ExprKind::argument;
    return a == b || (leaf && a->kind == b->kind && a->index == b->index);
}

bool same_arguments(const std::vector<const Expr*>& a, const std::vector<const Expr*>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), same_leaf);
}

}  // namespace

const Spindle* Checker::find_spindle(std::string_view name, std::uint32_t* number) const {
    const auto found = session_.symbols.find(name);
    if (found == session_.symbols.end() || found->second.kind != SymbolKind::spindle)
        return nullptr;
    *number = found->second.index;
    return &session_.spindles[found->second.index];
}

const Expr* Checker::eval_call(syntax::ExprPtr expr, const Want& want) {
    std::uint32_t spindle = 0;
    if (find_spindle(expr->text, &spindle) != nullptr) return call_spindle(expr, spindle, want);
    if (find_function(expr->text) != nullptr) return call_function(expr, want);
    if (expr->text == "cache" || builtin_named(expr->text) != nullptr) {
        error(Code::needs_a_name, expr->span, {"'" + expr->text + "'"})
            .suggest(scope_ == nullptr
                         ? "write " + expr->text + "(...)::name<outputs>, then use the name"
                         : "bind it outside the spindle and pass the instance");
        return nullptr;
    }
    const bool value = find_local(expr->text) != nullptr || find_param(expr->text) != nullptr ||
                       instance_named(expr->text) != kNone;
    return value ? positional_remap(expr, want) : unknown_callee(expr);
}

const Expr* Checker::unknown_callee(syntax::ExprPtr expr) {
    Diagnostic& unknown = error(Code::unknown_function, expr->text_span, {expr->text});
    const std::string near = nearest_callee(expr->text);
    if (!near.empty()) unknown.suggest("did you mean '" + near + "'?");
    return nullptr;
}

// f<N>(...): N calls of a function of one output, one for each output wanted.
const Expr* Checker::eval_multi_call(syntax::ExprPtr expr, const Want& want) {
    const auto calls = static_cast<std::uint32_t>(expr->value);
    std::uint32_t number = 0;
    const Spindle* const spindle = find_spindle(expr->text, &number);
    const bool function = find_function(expr->text) != nullptr;
    if (spindle == nullptr && !function) {
        if (builtin_named(expr->text) == nullptr && expr->text != "cache")
            return unknown_callee(expr);
        error(Code::needs_a_name, expr->span, {"'" + expr->text + "'"});
        return nullptr;
    }
    const std::size_t outputs = spindle != nullptr      ? spindle->stmt->outputs.size()
                                : expr->text == "cross" ? 3
                                                        : 1;
    if (outputs != 1) {
        error(Code::multi_call_outputs, expr->text_span, {expr->text, std::to_string(outputs)});
        return nullptr;
    }
    if (calls != want.count) {
        error(Code::multi_call_size, expr->span,
              {std::to_string(calls),
               want.count == 1 ? "one output is" : std::to_string(want.count) + " outputs are"})
            .suggest("the number of calls is the number of outputs");
        return nullptr;
    }
    return spindle != nullptr ? call_spindle(expr, number, want) : call_function(expr, want);
}

const Expr* Checker::call_spindle(syntax::ExprPtr expr, std::uint32_t number, const Want& want) {
    const Spindle& spindle = session_.spindles[number];
    const syntax::Stmt& stmt = *spindle.stmt;
    const std::size_t outputs = stmt.outputs.size();
    bool ok = !spindle.poisoned;
    for (const syntax::Name& label : expr->arg_names) {
        if (label.text.empty()) continue;
        error(Code::unknown_argument, label.span, {"'" + expr->text + "'", label.text})
            .suggest("arguments of a spindle go by position");
        return nullptr;
    }
    if (expr->args.size() != stmt.params.size()) {
        error(Code::argument_count, expr->span,
              {"'" + expr->text + "'", counted(stmt.params.size(), "argument"),
               std::to_string(expr->args.size())})
            .note(stmt.name.span, "it is defined here");
        ok = false;
    }
    if (outputs != 1 && outputs != want.count) {
        Diagnostic& wrong =
            error(Code::value_count, expr->span,
                  {"'" + expr->text + "' gives " + counted(outputs, "value"),
                   want.count == 1 ? "one is" : std::to_string(want.count) + " are"});
        wrong.note(stmt.name.span, "it is defined here");
        if (want.count == 1)
            wrong.suggest("bind its outputs, as in " + expr->text + "(...)::name<outputs>");
        ok = false;
    }
    std::vector<const Expr*> args;
    std::vector<ParamShape> shapes;
    for (std::size_t i = 0; i < expr->args.size() && i < stmt.params.size(); ++i) {
        ParamShape shape;
        shape.each = expr->kind == syntax::ExprKind::multi_call;
        const bool shared_out = shape.each && (expr->args[i]->kind == syntax::ExprKind::bundle ||
                                               expr->args[i]->kind == syntax::ExprKind::tuple);
        if (!spindle.uses[i].record || shared_out ||
            !pass_record(expr->args[i], spindle.uses[i], want, shape, args)) {
            shape.bare = static_cast<std::uint32_t>(args.size());
            args.push_back(eval(expr->args[i], want));
            ok = ok && args.back() != nullptr;
        }
        shapes.push_back(std::move(shape));
    }
    for (const Expr* arg : args) ok = ok && arg != nullptr;
    if (outputs != 1) want_used_ = true;
    if (!ok || (scope_ != nullptr && scope_->generic)) {
        // Checked without a call, the inside of a spindle needs no expansion, only poison or not.
        return ok ? this->number(0, expr->span) : nullptr;
    }
    const Body* const body = body_for(number, std::move(shapes), expr->span);
    if (body == nullptr) return nullptr;
    const Call* call = nullptr;
    const auto same = calls_.find(expr);
    if (same != calls_.end() && same->second->body == body &&
        same_arguments(same->second->args, args))
        call = same->second;
    if (call == nullptr) {
        program_.calls.push_back({body, std::move(args), expr->span});
        call = &program_.calls.back();
        calls_[expr] = call;
    }
    Expr* const result = make(ExprKind::call_output, expr->span);
    result->index = outputs == 1 ? 0 : want.index;
    result->call = call;
    return result;
}

// Passes every strand of an instance, of a local or of a bundle, and the one that it stands for as
// a value. False if the argument is no such thing.
bool Checker::pass_record(syntax::ExprPtr arg, const ParamUse& use, const Want& want,
                          ParamShape& shape, std::vector<const Expr*>& args) {
    std::vector<const Expr*> strands;
    const Expr* bare_of_param = nullptr;
    if (arg->kind == syntax::ExprKind::name) {
        if (const Local* local = find_local(arg->text)) {
            if (local->names.empty()) return false;
            shape.names.assign(local->names.begin(), local->names.end());
            for (const std::uint32_t slot : local->slots)
                strands.push_back(indexed(ExprKind::local, slot, arg->span));
        } else if (const ParamShape* param = find_param(arg->text)) {
            if (!param->record || param->open) return false;
            shape.names = param->names;
            shape.axis_of = param->axis_of;
            shape.each = shape.each || param->each;
            if (param->has_bare)
                bare_of_param = indexed(ExprKind::argument, param->bare, arg->span);
            for (std::uint32_t i = 0; i < param->names.size(); ++i)
                strands.push_back(indexed(ExprKind::argument, param->first + i, arg->span));
        } else {
            const InstanceId id = instance_named(arg->text);
            if (id == kNone) return false;
            const Instance& instance = program_.instances[id];
            if (is_anonymous(instance) && instance.own_axis.empty()) return false;
            if (!instance.own_axis.empty()) shape.axis_of = id;
            for (const StrandId strand_id : instance.strands) {
                shape.names.push_back(program_.strands[strand_id].name);
                strands.push_back(strand(strand_id, arg->span));
            }
        }
    } else if (arg->kind == syntax::ExprKind::bundle || arg->kind == syntax::ExprKind::tuple) {
        for (const syntax::ExprPtr item : arg->args) {
            shape.names.emplace_back();
            strands.push_back(eval(item, {want.name, 0, 1}));
        }
    } else {
        return false;
    }
    shape.record = true;
    shape.first = static_cast<std::uint32_t>(args.size());
    args.insert(args.end(), strands.begin(), strands.end());
    if (!use.bare) {
        shape.has_bare = false;
        return true;
    }
    // The one value it stands for here, if there is one; that it is missing is an error only
    // where the spindle uses it so.
    const bool named = !want.name.empty();
    std::size_t which = strands.size();
    if (strands.size() == 1) which = 0;
    for (std::size_t i = 0; which == strands.size() && named && i < shape.names.size(); ++i)
        if (shape.names[i] == want.name) which = i;
    const bool bundle = arg->kind != syntax::ExprKind::name;
    if (which == strands.size() && bundle && strands.size() == want.count) which = want.index;
    if (strands.size() > 1) want_used_ = true;
    const Expr* bare = which < strands.size() ? strands[which] : nullptr;
    // Handed on, a parameter stands for what it stood for, as it does when it is read (bare_param).
    const bool whole = want.count > 1 && want.count == strands.size() && !shape.each;
    if (bare_of_param != nullptr && !(whole && bare != nullptr)) bare = bare_of_param;
    shape.has_bare = bare != nullptr;
    if (shape.has_bare) {
        shape.bare = static_cast<std::uint32_t>(args.size());
        args.push_back(bare);
    } else {
        shape.bare_error = want.name;
    }
    return true;
}

}  // namespace weft::sema

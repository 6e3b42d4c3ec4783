// Spindles: each is checked once as it stands, then made once for every shape of arguments that it
// is called with.
#include <utility>

#include "sema/checker.h"

namespace weft::sema {
namespace {

constexpr char kInLoop = 1;
constexpr char kForCertain = 2;

std::string shape_key(std::uint32_t spindle, const std::vector<ParamShape>& params) {
    std::string key = std::to_string(spindle);
    for (const ParamShape& param : params) {
        key += param.record ? "(" : "|";
        for (const std::string& name : param.names) key += name + ",";
        if (param.record) {
            key += param.has_bare ? "=" : "!" + param.bare_error;
            key += param.each ? "*" : "";
            key += param.axis_of == kNone ? ")" : std::to_string(param.axis_of) + ")";
        }
    }
    return key;
}

}  // namespace

void Checker::check_spindles() {
    find_param_uses();
    check_recursion();
    for (Spindle& spindle : session_.spindles) {
        Body body;
        body.spindle = spindle.stmt->name.text;
        BodyScope scope;
        scope.spindle = &spindle;
        scope.body = &body;
        scope.generic = true;
        for (std::uint32_t i = 0; i < spindle.stmt->params.size(); ++i) {
            ParamShape param;
            param.open = true;
            param.bare = i;
            scope.params.push_back(std::move(param));
        }
        const std::size_t errors = diagnostics_.error_count();
        check_body(scope);
        if (diagnostics_.error_count() != errors) spindle.poisoned = true;
    }
}

// The body for these arguments; it is filled later, so that no chain of calls nests here.
const Body* Checker::body_for(std::uint32_t spindle, std::vector<ParamShape> params, Span call) {
    const std::string key = shape_key(spindle, params);
    const auto known = session_.bodies.find(key);
    if (known != session_.bodies.end()) return known->second;
    if (program_.bodies.size() >= kMaxBodies) {
        error(Code::too_many_bodies, call, {std::to_string(kMaxBodies)});
        return nullptr;
    }
    const Spindle& definition = session_.spindles[spindle];
    Body& body = program_.bodies.emplace_back();
    body.spindle = definition.stmt->name.text;
    body.span = definition.stmt->span;
    session_.bodies.emplace(key, &body);
    BodyScope scope;
    scope.spindle = &definition;
    scope.body = &body;
    scope.params = std::move(params);
    scope.called_from = call;
    pending_.push_back(std::move(scope));
    return &body;
}

void Checker::finish_bodies() {
    while (!pending_.empty()) {
        BodyScope scope = std::move(pending_.front());
        pending_.pop_front();
        check_body(scope);
    }
}

void Checker::check_body(BodyScope& scope) {
    const syntax::Stmt& stmt = *scope.spindle->stmt;
    BodyScope* const outer = std::exchange(scope_, &scope);
    memo_.clear();
    for (std::uint32_t i = 0; i < scope.params.size(); ++i)
        scope.param_numbers.emplace(stmt.params[i].text, i);
    for (const syntax::Name& output : stmt.outputs) {
        const std::uint32_t slot = scope.body->local_count++;
        scope.output_slots.emplace(output.text, slot);
        scope.body->outputs.push_back(slot);
    }
    scope.output_set.assign(stmt.outputs.size(), 0);
    check_block(stmt.body, scope.body->statements);
    if (scope.generic) check_outputs_set(scope);
    scope_ = outer;
}

void Checker::check_outputs_set(const BodyScope& scope) {
    const std::vector<syntax::Name>& outputs = scope.spindle->stmt->outputs;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        if (scope.output_set[i] == kForCertain) continue;
        const bool in_loop = scope.output_set[i] == kInLoop;
        error(in_loop ? Code::output_in_loop : Code::output_unset, outputs[i].span,
              {outputs[i].text})
            .suggest(in_loop ? "set it before the loop, then change it with 'out " +
                                   outputs[i].text + " += ...'"
                             : "add 'out " + outputs[i].text + " = ...' to the spindle");
    }
}

void Checker::check_block(const std::vector<syntax::SpindleStmt>& block,
                          std::vector<Statement>& statements) {
    for (const syntax::SpindleStmt& stmt : block) {
        switch (stmt.kind) {
            case syntax::SpindleStmtKind::assign: check_assign(stmt, statements); break;
            case syntax::SpindleStmtKind::output: check_output(stmt, statements); break;
            case syntax::SpindleStmtKind::loop: check_loop(stmt, statements); break;
        }
    }
}

void Checker::check_loop(const syntax::SpindleStmt& stmt, std::vector<Statement>& statements) {
    Statement loop;
    loop.kind = StatementKind::loop;
    loop.span = stmt.span;
    loop.from = eval(stmt.from, {});
    loop.to = eval(stmt.to, {});
    loop.slot = scope_->body->local_count++;
    const std::uint32_t inside = loop.slot;  // slots from here on are born in the loop

    // The variable hides what has its name outside; what is born in the loop dies with it.
    const std::size_t outside = scope_->hidden.size();
    ++scope_->depth;
    Local variable;
    variable.slots = {loop.slot};
    variable.loop_variable = true;
    declare(stmt.name.text, std::move(variable));
    check_block(stmt.body, loop.body);
    --scope_->depth;
    while (scope_->hidden.size() > outside) {
        auto& [name, before] = scope_->hidden.back();
        if (before)
            scope_->locals[name] = std::move(*before);
        else
            scope_->locals.erase(name);
        scope_->hidden.pop_back();
    }

    std::set<std::uint32_t> carried;
    for (const Statement& inner : loop.body) {
        if (inner.kind == StatementKind::set && inner.slot < inside) carried.insert(inner.slot);
        for (const std::uint32_t slot : inner.carried)
            if (slot < inside) carried.insert(slot);
    }
    loop.carried.assign(carried.begin(), carried.end());
    statements.push_back(std::move(loop));
}

// A new local; in a loop, what it hides comes back when the loop ends.
void Checker::declare(std::string_view name, Local local) {
    const auto known = scope_->locals.find(name);
    if (scope_->depth > 0) {
        std::optional<Local> before;
        if (known != scope_->locals.end()) before = known->second;
        scope_->hidden.emplace_back(name, std::move(before));
    }
    scope_->locals[name] = std::move(local);
}

void Checker::set_slot(std::uint32_t slot, const Expr* value, Span span,
                       std::vector<Statement>& statements) {
    Statement set;
    set.slot = slot;
    set.value = value;
    set.span = span;
    statements.push_back(std::move(set));
}

// The value after x += e and its like.
const Expr* Checker::updated(const syntax::SpindleStmt& stmt, std::uint32_t slot) {
    const Expr* const value = eval(stmt.value, {});
    const Expr* const before = indexed(ExprKind::local, slot, stmt.name.span);
    switch (stmt.assign_op) {
        case syntax::AssignOp::set: return value;
        case syntax::AssignOp::add: return op(WEFT_OP_ADD, {before, value}, stmt.span);
        case syntax::AssignOp::subtract: return op(WEFT_OP_SUB, {before, value}, stmt.span);
        case syntax::AssignOp::multiply: return op(WEFT_OP_MUL, {before, value}, stmt.span);
        case syntax::AssignOp::divide: return op(WEFT_OP_DIV, {before, value}, stmt.span);
    }
    return value;
}

void Checker::check_assign(const syntax::SpindleStmt& stmt, std::vector<Statement>& statements) {
    const std::string& name = stmt.name.text;
    const auto known = scope_->locals.find(name);
    const bool is_known = known != scope_->locals.end();
    if (is_known && known->second.loop_variable) {
        error(Code::read_only, stmt.name.span, {"the loop variable", name});
        return;
    }
    if (!is_known && find_param(name) != nullptr) {
        error(Code::read_only, stmt.name.span, {"the parameter", name})
            .suggest("give the changed value a name of its own");
        return;
    }
    if (stmt.assign_op != syntax::AssignOp::set) {
        if (!is_known) {
            const bool output = scope_->output_slots.count(name) != 0;
            error(Code::not_set_yet, stmt.name.span, {name})
                .suggest(output ? "an output is changed with 'out " + name + " ...'"
                                : "set it first: " + name + " = ...");
            return;
        }
        if (known->second.slots.size() != 1) {
            error(Code::many_strands, stmt.name.span,
                  {name, std::to_string(known->second.slots.size())});
            return;
        }
        const std::uint32_t slot = known->second.slots[0];
        set_slot(slot, updated(stmt, slot), stmt.span, statements);
        return;
    }
    Local local;
    const auto count = static_cast<std::uint32_t>(std::max<std::size_t>(stmt.outputs.size(), 1));
    std::vector<const Expr*> values;
    for (std::uint32_t i = 0; i < count; ++i) {
        const std::string_view output =
            stmt.outputs.empty() ? std::string_view() : std::string_view(stmt.outputs[i].text);
        if (!stmt.outputs.empty()) {
            for (const std::string_view other : local.names)
                if (other == output)
                    error(Code::listed_twice, stmt.outputs[i].span, {"output", output});
            local.names.push_back(output);
        }
        values.push_back(eval(stmt.value, {output, i, count}));
    }
    // The same name again is the same local, so that loops carry it; another shape is a new one.
    const bool same = is_known && known->second.names == local.names;
    if (same) local.slots = known->second.slots;
    for (std::uint32_t i = 0; i < count && !same; ++i)
        local.slots.push_back(scope_->body->local_count++);
    // All of a bundle is computed before any of it is changed.
    if (count > 1 && is_known) {
        const std::uint32_t first = scope_->body->local_count;
        scope_->body->local_count += count;
        for (std::uint32_t i = 0; i < count; ++i) {
            set_slot(first + i, values[i], stmt.span, statements);
            values[i] = indexed(ExprKind::local, first + i, stmt.span);
        }
    }
    for (std::uint32_t i = 0; i < count; ++i)
        set_slot(local.slots[i], values[i], stmt.span, statements);
    if (!same) declare(name, std::move(local));
}

void Checker::check_output(const syntax::SpindleStmt& stmt, std::vector<Statement>& statements) {
    const auto found = scope_->output_slots.find(stmt.name.text);
    if (found == scope_->output_slots.end()) {
        Diagnostic& unknown = error(Code::unknown_output, stmt.name.span, {stmt.name.text});
        std::vector<std::string_view> names;
        for (const syntax::Name& output : scope_->spindle->stmt->outputs)
            names.push_back(output.text);
        const std::string_view near = nearest_name(stmt.name.text, names);
        if (!near.empty()) unknown.suggest("did you mean '" + std::string(near) + "'?");
        return;
    }
    const std::uint32_t slot = found->second;
    if (stmt.assign_op != syntax::AssignOp::set && scope_->output_set[slot] == 0) {
        error(Code::not_set_yet, stmt.name.span, {stmt.name.text})
            .suggest("set it first: out " + stmt.name.text + " = ...");
        return;
    }
    // A bare instance stands for its strand of the output's name here too.
    const Expr* const value = stmt.assign_op == syntax::AssignOp::set
                                  ? eval(stmt.value, {stmt.name.text, 0, 1})
                                  : updated(stmt, slot);
    set_slot(slot, value, stmt.span, statements);
    char& state = scope_->output_set[slot];
    if (scope_->depth == 0)
        state = kForCertain;
    else if (state == 0)
        state = kInLoop;
}

}  // namespace weft::sema

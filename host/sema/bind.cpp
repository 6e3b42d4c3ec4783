// name<o1, o2> = e and f(...)::name<o1, o2>: what each output of an instance is.
#include <algorithm>
#include <utility>

#include "sema/checker.h"

namespace weft::sema {
namespace {

constexpr int kMaxEnsureDepth = 100;  // constants of constants, as for cache(x, n)

bool is_cache(const syntax::Stmt& stmt) {
    return stmt.value != nullptr && stmt.value->kind == syntax::ExprKind::call &&
           stmt.value->text == "cache";
}

bool all_caches(const std::vector<Part>& parts) {
    return std::all_of(parts.begin(), parts.end(),
                       [](const Part& part) { return is_cache(*part.stmt); });
}

}  // namespace

// Which instances have an axis of their own must be known before anything is remapped.
void Checker::declare_axes() {
    for (const InstanceSymbol& symbol : session_.instances) {
        const std::vector<Part>& parts = symbol.parts;
        if (parts.empty()) continue;
        if (all_caches(parts)) {
            program_.instances[symbol.id].own_axis = "k";
        } else if (parts.size() == 1 && parts[0].stmt->value != nullptr &&
                   parts[0].stmt->value->kind == syntax::ExprKind::call) {
            const Builtin* const builtin = builtin_named(parts[0].stmt->value->text);
            if (builtin != nullptr) program_.instances[symbol.id].own_axis = builtin->axis;
        }
    }
}

void Checker::check_statements() {
    part_done_.assign(session_.instances.size(), 0);
    for (InstanceId id = 0; id < part_done_.size(); ++id) ensure_checked(id);
    for (const Item& item : session_.items)
        if (item.stmt->kind == syntax::StmtKind::pragma && item.stmt->name.text == "smooth")
            check_smooth(*item.stmt);
    for (const Item& item : session_.items) {
        if (item.stmt->kind != syntax::StmtKind::sink || item.imported) continue;
        memo_.clear();
        check_sink(item);
    }
    memo_.clear();
}

// Statements may stand in any order, and a constant may be asked for before its turn.
void Checker::ensure_checked(InstanceId id) {
    if (id >= part_done_.size() || part_done_[id] != 0 || ensure_depth_ >= kMaxEnsureDepth) return;
    part_done_[id] = 1;
    ++ensure_depth_;
    BodyScope* const scope = std::exchange(scope_, nullptr);
    const auto memo = std::exchange(memo_, {});
    const bool used = want_used_;
    for (const Part& part : session_.instances[id].parts) {
        memo_.clear();
        check_part(id, part);
    }
    want_used_ = used;
    memo_ = memo;
    scope_ = scope;
    --ensure_depth_;
}

void Checker::check_part(InstanceId id, const Part& part) {
    const syntax::Stmt& stmt = *part.stmt;
    if (stmt.kind == syntax::StmtKind::pragma) return bind_pragma(id, part);
    std::uint32_t number = 0;
    const bool is_call = stmt.value->kind == syntax::ExprKind::call &&
                         find_spindle(stmt.value->text, &number) == nullptr;
    const bool cache = is_call && is_cache(stmt);
    const bool source = is_call && builtin_named(stmt.value->text) != nullptr;
    if (!cache && !source) return bind_values(id, part);

    // Bound output by output, what is opened lives in an instance of its own behind the scenes;
    // several caches are one.
    InstanceId target = id;
    Part target_part = part;
    const std::vector<Part>& parts = session_.instances[id].parts;
    const bool split = parts.size() > 1 && !all_caches(parts);
    if (split) {
        const std::string name = stmt.name.text + "<" + stmt.outputs.front().text + ">";
        target = new_instance(name, InstanceKind::computed, program_.instances[id].order,
                              stmt.name.span);
        for (const syntax::Name& output : stmt.outputs)
            (void)new_strand(target, output.text, output.span);
        target_part.first = 0;
    }
    if (cache)
        bind_cache(target, target_part);
    else
        bind_source(target, target_part);
    if (!split) return;
    for (std::uint32_t i = 0; i < stmt.outputs.size(); ++i) {
        const StrandId from = program_.instances[target].strands[i];
        const StrandId to = program_.instances[id].strands[part.first + i];
        program_.strands[to].value = strand(from, stmt.outputs[i].span);
    }
}

void Checker::bind_values(InstanceId id, const Part& part) {
    const syntax::Stmt& stmt = *part.stmt;
    const auto count = static_cast<std::uint32_t>(std::max<std::size_t>(stmt.outputs.size(), 1));
    for (std::uint32_t i = 0; i < count; ++i) {
        const StrandId to = program_.instances[id].strands[part.first + i];
        const std::string name = program_.strands[to].name;
        const Expr* const value = eval(stmt.value, {name, i, count});
        program_.strands[to].value = value;
    }
}

}  // namespace weft::sema

// Every name of the program, before anything is looked at: statements may stand in any order.
#include <unordered_set>

#include "sema/checker.h"

namespace weft::sema {
namespace {

// Reports names that stand twice in a list.
template <class Report>
void each_repeated(const std::vector<syntax::Name>& names, Report report) {
    std::unordered_map<std::string_view, const syntax::Name*> seen;
    for (const syntax::Name& name : names) {
        const auto [at, is_new] = seen.emplace(name.text, &name);
        if (!is_new) report(name, *at->second);
    }
}

}  // namespace

void Checker::collect_names() {
    const std::size_t count = session_.items.size();
    session_.symbols.reserve(count);
    session_.instances.reserve(count);
    program_.names.reserve(count);
    program_.instances.reserve(count);
    program_.strands.reserve(2 * count);
    for (const Item& item : session_.items)
        if (item.stmt->kind == syntax::StmtKind::spindle) collect_spindle(*item.stmt);
    for (const Item& item : session_.items) {
        const bool pragma = item.stmt->kind == syntax::StmtKind::pragma;
        if (pragma && item.stmt->name.text == "badge")
            program_.badges.push_back({item.stmt->label, item.stmt->span});
        else if (item.stmt->kind == syntax::StmtKind::bind ||
                 (pragma && item.stmt->name.text != "smooth"))
            collect_instance(item);
    }
}

void Checker::collect_spindle(const syntax::Stmt& stmt) {
    const std::string& name = stmt.name.text;
    if (find_function(name) != nullptr || find_builtin(name) != nullptr || name == "cache") {
        error(Code::builtin_name, stmt.name.span, {name});
        return;
    }
    const auto number = static_cast<std::uint32_t>(session_.spindles.size());
    const auto [at, is_new] =
        session_.symbols.emplace(name, Symbol{SymbolKind::spindle, number, stmt.name.span});
    if (!is_new) {
        error(Code::name_taken, stmt.name.span, {name, "another spindle"})
            .note(at->second.span, "the first one is here");
        return;
    }
    Spindle spindle;
    spindle.stmt = &stmt;
    spindle.uses.resize(stmt.params.size());
    for (const auto* list : {&stmt.params, &stmt.outputs}) {
        const std::string_view what = list == &stmt.params ? "parameter" : "output";
        each_repeated(*list, [&](const syntax::Name& again, const syntax::Name& first) {
            error(Code::listed_twice, again.span, {what, again.text})
                .note(first.span, "first here");
            spindle.poisoned = true;
        });
    }
    session_.spindles.push_back(std::move(spindle));
}

void Checker::collect_instance(const Item& item) {
    const syntax::Stmt& stmt = *item.stmt;
    const syntax::Name& name = stmt.kind == syntax::StmtKind::pragma ? stmt.instance : stmt.name;
    const auto number = static_cast<std::uint32_t>(session_.instances.size());
    const auto [at, is_new] =
        session_.symbols.emplace(name.text, Symbol{SymbolKind::instance, number, name.span});
    if (!is_new && at->second.kind == SymbolKind::spindle) {
        error(Code::name_taken, name.span, {name.text, "a spindle"})
            .note(at->second.span, "the spindle is here");
        return;
    }
    if (is_new) {
        const InstanceId id =
            new_instance(name.text, InstanceKind::computed, item.order, name.span);
        program_.names.emplace(name.text, id);
        session_.instances.push_back({id, {}});
    }
    add_outputs(session_.instances[at->second.index], stmt);
}

void Checker::add_outputs(InstanceSymbol& symbol, const syntax::Stmt& stmt) {
    const std::string& name = program_.instances[symbol.id].name;
    const Span first_span = program_.instances[symbol.id].span;
    const bool anonymous = stmt.outputs.empty();
    if (!symbol.parts.empty()) {
        // Only named outputs may be bound one by one.
        const bool was_anonymous = is_anonymous(program_.instances[symbol.id]);
        if (anonymous || was_anonymous) {
            error(Code::bound_twice, stmt.name.span, {name}).note(first_span, "first bound here");
            return;
        }
    }
    if (program_.instances[symbol.id].strands.size() + stmt.outputs.size() > kMaxOutputs) {
        error(Code::too_many_outputs, stmt.name.span, {std::to_string(kMaxOutputs)});
        return;
    }
    const auto first = static_cast<std::uint32_t>(program_.instances[symbol.id].strands.size());
    if (anonymous) {
        (void)new_strand(symbol.id, "", stmt.name.span);
    } else {
        std::unordered_map<std::string_view, Span> seen;
        for (const StrandId id : program_.instances[symbol.id].strands)
            seen.emplace(program_.strands[id].name, program_.strands[id].span);
        for (const syntax::Name& output : stmt.outputs) {
            const auto [at, is_new] = seen.emplace(output.text, output.span);
            if (is_new) continue;
            error(Code::bound_twice, output.span, {name + "@" + output.text})
                .note(at->second, "first bound here");
        }
        for (const syntax::Name& output : stmt.outputs)
            (void)new_strand(symbol.id, output.text, output.span);
    }
    symbol.parts.push_back({&stmt, first});
}

InstanceId Checker::new_instance(std::string name, InstanceKind kind, std::uint32_t order,
                                 Span span) {
    Instance& instance = program_.instances.emplace_back();
    instance.name = std::move(name);
    instance.kind = kind;
    instance.order = order;
    instance.span = span;
    return static_cast<InstanceId>(program_.instances.size() - 1);
}

StrandId Checker::new_strand(InstanceId instance, std::string name, Span span) {
    const auto id = static_cast<StrandId>(program_.strands.size());
    Strand& result = program_.strands.emplace_back();
    result.instance = instance;
    result.name = std::move(name);
    result.output = static_cast<std::uint32_t>(program_.instances[instance].strands.size());
    result.span = span;
    program_.instances[instance].strands.push_back(id);
    return id;
}

// The instance that a name means outside spindles, or kNone.
InstanceId Checker::instance_named(std::string_view name) {
    const auto found = session_.symbols.find(name);
    if (found == session_.symbols.end()) return input_instance(name);
    if (found->second.kind == SymbolKind::spindle) return kNone;
    return session_.instances[found->second.index].id;
}

// Position of the output, or kNone. Looks first where instances of one shape have it.
std::uint32_t Checker::find_output(InstanceId id, std::string_view name, std::uint32_t hint) const {
    const std::vector<StrandId>& strands = program_.instances[id].strands;
    if (hint < strands.size() && program_.strands[strands[hint]].name == name) return hint;
    for (std::uint32_t i = 0; i < strands.size(); ++i)
        if (program_.strands[strands[i]].name == name) return i;
    return kNone;
}

bool Checker::is_anonymous(const Instance& instance) const {
    return instance.strands.size() == 1 && program_.strands[instance.strands[0]].name.empty();
}

std::string Checker::strands_of(const Instance& instance) const {
    constexpr std::size_t kShown = 12;
    std::string result;
    for (std::size_t i = 0; i < instance.strands.size() && i < kShown; ++i)
        result += (i == 0 ? "" : ", ") + program_.strands[instance.strands[i]].name;
    return instance.strands.size() > kShown ? result + ", ..." : result;
}

// A name near this one that can stand as a value, or empty.
std::string Checker::nearest_value(std::string_view name) {
    if (quiet()) return {};
    std::vector<std::string_view> candidates{"mouse", "key"};
    if (scope_ != nullptr) {
        for (const auto& [local, unused] : scope_->locals) candidates.push_back(local);
        for (const auto& [param, unused] : scope_->param_numbers) candidates.push_back(param);
    }
    for (const auto& [symbol, what] : session_.symbols)
        if (what.kind == SymbolKind::instance) candidates.push_back(symbol);
    return std::string(nearest_name(name, candidates));
}

std::string Checker::nearest_callee(std::string_view name) {
    if (quiet()) return {};
    std::vector<std::string_view> candidates = callable_names();
    for (const Builtin& builtin : session_.builtins) candidates.push_back(builtin.name);
    for (const auto& [symbol, what] : session_.symbols)
        if (what.kind == SymbolKind::spindle) candidates.push_back(symbol);
    return std::string(nearest_name(name, candidates));
}

}  // namespace weft::sema

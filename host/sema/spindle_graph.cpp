// What can be said of spindles before they are checked: who calls whom, and how each parameter is
// used.
#include "sema/checker.h"

namespace weft::sema {
namespace {

// Visits every expression of a block, and the names of spindle statements.
template <class Visit>
void each_expression(syntax::ExprPtr expr, const Visit& visit) {
    visit(*expr);
    for (const syntax::ExprPtr arg : expr->args) each_expression(arg, visit);
    for (const syntax::RemapItem& item : expr->remaps) each_expression(item.value, visit);
}

template <class Visit>
void each_expression(const std::vector<syntax::SpindleStmt>& block, const Visit& visit) {
    for (const syntax::SpindleStmt& stmt : block) {
        for (const syntax::ExprPtr expr : {stmt.value, stmt.from, stmt.to})
            if (expr != nullptr) each_expression(expr, visit);
        each_expression(stmt.body, visit);
    }
}

// A parameter handed on as it stands: what the callee does with it is done with it here.
struct HandedOn {
    std::uint32_t spindle, param;
    std::uint32_t callee, callee_param;
};

}  // namespace

void Checker::find_param_uses() {
    std::vector<HandedOn> handed_on;
    for (std::uint32_t number = 0; number < session_.spindles.size(); ++number) {
        Spindle& spindle = session_.spindles[number];
        std::unordered_map<std::string_view, std::uint32_t> params;
        for (std::uint32_t i = 0; i < spindle.stmt->params.size(); ++i)
            params.emplace(spindle.stmt->params[i].text, i);
        const auto param_of = [&](std::string_view name) {
            const auto found = params.find(name);
            return found == params.end() ? kNone : found->second;
        };
        std::set<std::uint32_t> callees;
        std::unordered_map<syntax::ExprPtr, std::uint32_t> names;  // handed on, not used as a value
        each_expression(spindle.stmt->body, [&](const syntax::Expr& expr) {
            const std::uint32_t own = param_of(expr.text);
            if (expr.kind == syntax::ExprKind::name && own != kNone && names.count(&expr) == 0)
                spindle.uses[own].bare = true;
            if (expr.kind == syntax::ExprKind::member && own != kNone)
                spindle.uses[own].record = true;
            for (const syntax::RemapItem& item : expr.remaps)
                if (const std::uint32_t axis = param_of(item.instance.text); axis != kNone)
                    spindle.uses[axis].record = true;
            if (expr.kind == syntax::ExprKind::index &&
                expr.args[0]->kind == syntax::ExprKind::name) {
                const std::uint32_t base = param_of(expr.args[0]->text);
                if (base != kNone) spindle.uses[base].record = true;
            }
            const bool call =
                expr.kind == syntax::ExprKind::call || expr.kind == syntax::ExprKind::multi_call;
            if (!call) return;
            std::uint32_t callee = 0;
            const Spindle* const called = find_spindle(expr.text, &callee);
            if (called == nullptr) {
                if (own != kNone) spindle.uses[own].bare = true;  // p(e1, e2)
                for (const syntax::ExprPtr arg : expr.args) {
                    if (!is_vector_function(expr.text) || arg->kind != syntax::ExprKind::name)
                        continue;
                    if (const std::uint32_t p = param_of(arg->text); p != kNone)
                        spindle.uses[p].record = true;
                }
                return;
            }
            callees.insert(callee);
            for (std::uint32_t i = 0; i < expr.args.size() && i < called->uses.size(); ++i) {
                const syntax::Expr& arg = *expr.args[i];
                const std::uint32_t p =
                    arg.kind == syntax::ExprKind::name ? param_of(arg.text) : kNone;
                if (p == kNone) continue;
                names.emplace(&arg, p);
                handed_on.push_back({number, p, callee, i});
            }
        });
        spindle.callees.assign(callees.begin(), callees.end());
    }
    // Uses flow from callee to caller; a work list reaches the fixed point in linear time.
    std::unordered_map<std::uint64_t, std::vector<const HandedOn*>> into;
    const auto key = [](std::uint32_t spindle, std::uint32_t param) {
        return (static_cast<std::uint64_t>(spindle) << 32) | param;
    };
    for (const HandedOn& step : handed_on)
        into[key(step.callee, step.callee_param)].push_back(&step);
    std::vector<const HandedOn*> work;
    for (const HandedOn& step : handed_on) work.push_back(&step);
    while (!work.empty()) {
        const HandedOn& step = *work.back();
        work.pop_back();
        const ParamUse& from = session_.spindles[step.callee].uses[step.callee_param];
        ParamUse& to = session_.spindles[step.spindle].uses[step.param];
        if ((to.bare || !from.bare) && (to.record || !from.record)) continue;
        to.bare = to.bare || from.bare;
        to.record = to.record || from.record;
        for (const HandedOn* caller : into[key(step.spindle, step.param)]) work.push_back(caller);
    }
}

// Depth first over the calls; a call back into the chain is recursion.
void Checker::check_recursion() {
    std::vector<Spindle>& spindles = session_.spindles;
    enum : char { unseen, open, done };
    std::vector<char> state(spindles.size(), unseen);
    struct Frame {
        std::uint32_t spindle;
        std::size_t next;
    };
    for (std::uint32_t root = 0; root < spindles.size(); ++root) {
        if (state[root] != unseen) continue;
        std::vector<Frame> chain{{root, 0}};
        state[root] = open;
        while (!chain.empty()) {
            Frame& frame = chain.back();
            const std::vector<std::uint32_t>& callees = spindles[frame.spindle].callees;
            if (frame.next == callees.size()) {
                state[frame.spindle] = done;
                chain.pop_back();
                continue;
            }
            const std::uint32_t callee = callees[frame.next++];
            if (state[callee] == unseen) {
                state[callee] = open;
                chain.push_back({callee, 0});
            } else if (state[callee] == open) {
                const syntax::Stmt& first = *spindles[callee].stmt;
                Diagnostic& recursion = error(Code::recursion, first.name.span, {first.name.text});
                std::size_t i = chain.size();
                while (chain[i - 1].spindle != callee) --i;
                for (; i <= chain.size(); ++i) {
                    const Spindle& caller = spindles[chain[i - 1].spindle];
                    const Spindle& next =
                        i == chain.size() ? spindles[callee] : spindles[chain[i].spindle];
                    recursion.note(
                        caller.stmt->name.span,
                        "'" + caller.stmt->name.text + "' calls '" + next.stmt->name.text + "'");
                    spindles[chain[i - 1].spindle].poisoned = true;
                }
                recursion.suggest("repetition is written with 'for', memory with 'cache'");
            }
        }
    }
}

}  // namespace weft::sema

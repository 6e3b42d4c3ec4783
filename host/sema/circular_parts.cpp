// The quick first look at cycles: components of all expressions, without regard to caches
// and to which argument a spindle uses where. Most programs have no cycle and need no second look.
#include <unordered_map>

#include "base/strong_components.h"
#include "sema/cycles.h"

namespace weft::sema {
namespace {

void collect(const std::vector<Statement>& statements, std::vector<const Expr*>& into) {
    for (const Statement& statement : statements) {
        for (const Expr* expr : {statement.value, statement.from, statement.to})
            if (expr != nullptr) into.push_back(expr);
        collect(statement.body, into);
    }
}

// Nodes are expressions, by id, then bodies.
class Graph {
public:
    explicit Graph(const Program& program) : program_(program) {
        for (const Expr& expr : program.exprs) exprs_.push_back(&expr);
        for (const Body& body : program.bodies) {
            body_numbers_.emplace(&body, static_cast<std::uint32_t>(bodies_.size()));
            bodies_.emplace_back();
            collect(body.statements, bodies_.back());
        }
    }

    [[nodiscard]] std::uint32_t size() const {
        return static_cast<std::uint32_t>(exprs_.size() + bodies_.size());
    }

    // The node's successor number `which`, or kNoSuccessor behind the last.
    [[nodiscard]] std::uint32_t successor(std::uint32_t node, std::size_t which) const {
        if (node >= exprs_.size()) {
            const std::vector<const Expr*>& parts = bodies_[node - exprs_.size()];
            return which < parts.size() ? parts[which]->id : kNoSuccessor;
        }
        const Expr& expr = *exprs_[node];
        if (expr.kind == ExprKind::strand) {
            const Expr* const value = program_.strands[expr.index].value;
            return which == 0 && value != nullptr ? value->id : kNoSuccessor;
        }
        if (expr.kind == ExprKind::call_output) {
            if (which < expr.call->args.size()) return expr.call->args[which]->id;
            if (which > expr.call->args.size()) return kNoSuccessor;
            return static_cast<std::uint32_t>(exprs_.size()) +
                   body_numbers_.find(expr.call->body)->second;
        }
        if (which < expr.args.size()) return expr.args[which]->id;
        which -= expr.args.size();
        return which < expr.replacements.size() ? expr.replacements[which].value->id : kNoSuccessor;
    }

private:
    const Program& program_;
    std::vector<const Expr*> exprs_;
    std::vector<std::vector<const Expr*>> bodies_;
    std::unordered_map<const Body*, std::uint32_t> body_numbers_;
};

}  // namespace

std::vector<std::uint32_t> circular_parts(const Program& program) {
    const Graph graph(program);
    const StrongComponents components = strong_components(
        graph.size(),
        [&](std::uint32_t node, std::uint32_t which) { return graph.successor(node, which); });
    std::vector<std::uint32_t> parts(program.exprs.size(), 0);
    for (std::uint32_t id = 0; id < parts.size(); ++id) {
        const std::uint32_t component = components.of[id];
        if (components.circular[component] != 0) parts[id] = component + 1;
    }
    return parts;
}

}  // namespace weft::sema

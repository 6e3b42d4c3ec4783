// The quick first look at cycles: Tarjan's algorithm over all expressions, without regard to caches
// and to which argument a spindle uses where. Most programs have no cycle and need no second look.
#include <unordered_map>

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

    // The node's successor number `which`, or kNone behind the last.
    [[nodiscard]] std::uint32_t successor(std::uint32_t node, std::size_t which) const {
        if (node >= exprs_.size()) {
            const std::vector<const Expr*>& parts = bodies_[node - exprs_.size()];
            return which < parts.size() ? parts[which]->id : kNone;
        }
        const Expr& expr = *exprs_[node];
        if (expr.kind == ExprKind::strand) {
            const Expr* const value = program_.strands[expr.index].value;
            return which == 0 && value != nullptr ? value->id : kNone;
        }
        if (expr.kind == ExprKind::call_output) {
            if (which < expr.call->args.size()) return expr.call->args[which]->id;
            if (which > expr.call->args.size()) return kNone;
            return static_cast<std::uint32_t>(exprs_.size()) +
                   body_numbers_.find(expr.call->body)->second;
        }
        if (which < expr.args.size()) return expr.args[which]->id;
        which -= expr.args.size();
        return which < expr.replacements.size() ? expr.replacements[which].value->id : kNone;
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
    const std::uint32_t size = graph.size();
    std::vector<std::uint32_t> parts(size, 0);
    std::vector<std::uint32_t> number(size, 0);  // order of discovery from 1, 0 unseen
    std::vector<std::uint32_t> low(size, 0);
    std::vector<char> on_stack(size, 0);
    std::vector<std::uint32_t> stack;
    struct Frame {
        std::uint32_t node;
        std::size_t next;
    };
    std::vector<Frame> path;
    std::uint32_t counter = 0;
    std::uint32_t part = 0;
    for (std::uint32_t root = 0; root < size; ++root) {
        if (number[root] != 0) continue;
        path.push_back({root, 0});
        while (!path.empty()) {
            const std::uint32_t node = path.back().node;
            if (path.back().next == 0) {
                number[node] = low[node] = ++counter;
                stack.push_back(node);
                on_stack[node] = 1;
            }
            const std::uint32_t successor = graph.successor(node, path.back().next++);
            if (successor != kNone) {
                if (number[successor] == 0)
                    path.push_back({successor, 0});
                else if (on_stack[successor] != 0)
                    low[node] = std::min(low[node], number[successor]);
                continue;
            }
            path.pop_back();
            if (!path.empty()) low[path.back().node] = std::min(low[path.back().node], low[node]);
            if (low[node] != number[node]) continue;
            // A component of one is circular only if it is its own successor.
            bool circular = stack.back() != node;
            for (std::size_t i = 0; !circular; ++i) {
                const std::uint32_t next = graph.successor(node, i);
                if (next == kNone) break;
                circular = next == node;
            }
            if (circular) ++part;
            while (true) {
                const std::uint32_t member = stack.back();
                stack.pop_back();
                on_stack[member] = 0;
                if (circular) parts[member] = part;
                if (member == node) break;
            }
        }
    }
    parts.resize(program.exprs.size());
    return parts;
}

}  // namespace weft::sema

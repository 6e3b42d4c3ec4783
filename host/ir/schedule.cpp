// Puts values into a line. Depth first from the roots, the deeper operand first: what was computed
// last is used next.
#include <algorithm>

#include "ir/emit.h"

namespace weft::ir {

namespace {

constexpr std::uint32_t kNoLoop = 0xffffffffu;

class Scheduler {
public:
    Scheduler(const Dag& dag, std::span<const ValueId> roots) : dag_(dag), roots_(roots) {}

    Order run() {
        const std::vector<bool> live = live_values(dag_, roots_);
        find_loops(live);
        find_depths(live);
        find_needs(live);
        placed_.assign(dag_.size(), false);
        order_.body_counts.assign(dag_.loop_count(), 0);
        place(roots_, kNoLoop);
        return std::move(order_);
    }

private:
    struct Open {
        ValueId value;
        std::vector<ValueId> needs;  // before the value; the next one last
    };

    // The loop in whose body a value stands: the innermost of those it depends on.
    [[nodiscard]] std::uint32_t home(ValueId id) const {
        std::uint32_t innermost = kNoLoop;
        for (const std::uint32_t loop : dag_.loop_set(dag_[id].loops)) {
            if (innermost == kNoLoop || depth_of_loop_[loop] > depth_of_loop_[innermost])
                innermost = loop;
        }
        return innermost;
    }

    [[nodiscard]] bool within(std::uint32_t loop, std::uint32_t outer) const {
        while (loop != kNoLoop && loop != outer) loop = parent_[loop];
        return loop == outer;
    }

    void find_loops(const std::vector<bool>& live) {
        parent_.assign(dag_.loop_count(), kNoLoop);
        depth_of_loop_.assign(dag_.loop_count(), 0);
        needs_.resize(dag_.loop_count());
        // Outer loops close after inner ones, so they come first from the end.
        for (ValueId id = dag_.size(); id-- > 0;) {
            if (!live[id] || dag_[id].op != WEFT_OP_LOOP) continue;
            const std::uint32_t outer = home(id);
            parent_[dag_[id].aux] = outer;
            depth_of_loop_[dag_[id].aux] = outer == kNoLoop ? 1 : depth_of_loop_[outer] + 1;
        }
    }

    void find_depths(const std::vector<bool>& live) {
        depth_.assign(dag_.size(), 0);
        for (ValueId id = 0; id < dag_.size(); ++id) {
            if (!live[id]) continue;
            for (const ValueId arg : dag_.args(id))
                depth_[id] = std::max(depth_[id], depth_[arg] + 1);
        }
    }

    // What each loop's body uses from outside, which must stand before the LOOP.
    void find_needs(const std::vector<bool>& live) {
        if (dag_.loop_count() == 0) return;
        for (ValueId id = 0; id < dag_.size(); ++id) {
            if (!live[id]) continue;
            const std::uint32_t inside = home(id);
            if (inside != kNoLoop) {
                for (const ValueId arg : dag_.args(id)) need(inside, arg);
            }
            if (dag_[id].op != WEFT_OP_LOOP) continue;
            for (const ValueId arg : dag_.args(id)) need(dag_[id].aux, arg);
        }
        for (std::vector<ValueId>& needs : needs_) {
            std::sort(needs.begin(), needs.end());
            needs.erase(std::unique(needs.begin(), needs.end()), needs.end());
        }
    }

    void need(std::uint32_t loop, ValueId arg) {
        const std::uint32_t place = home(arg);
        for (; loop != kNoLoop && !within(place, loop); loop = parent_[loop])
            needs_[loop].push_back(arg);
    }

    [[nodiscard]] Open open(ValueId id) const {
        const Value& value = dag_[id];
        Open entry{id, {}};
        if (value.op == WEFT_OP_LOOP) {
            entry.needs = needs_[value.aux];
            const std::span<const ValueId> args = dag_.args(id);
            const std::size_t before = 2 + carried_count(value);
            entry.needs.insert(entry.needs.end(), args.begin(), args.begin() + before);
        } else {
            entry.needs.assign(dag_.args(id).begin(), dag_.args(id).end());
        }
        std::reverse(entry.needs.begin(), entry.needs.end());
        std::stable_sort(entry.needs.begin(), entry.needs.end(),
                         [&](ValueId a, ValueId b) { return depth_[a] < depth_[b]; });
        return entry;
    }

    // Places `wanted` and what they need, as far as it belongs to the body of `loop`.
    void place(std::span<const ValueId> wanted, std::uint32_t loop) {
        for (const ValueId root : wanted) {
            if (!belongs(root, loop)) continue;
            std::vector<Open> stack;
            stack.push_back(open(root));
            while (!stack.empty()) {
                Open& top = stack.back();
                if (!top.needs.empty()) {
                    const ValueId next = top.needs.back();
                    top.needs.pop_back();
                    if (belongs(next, loop)) stack.push_back(open(next));
                    continue;
                }
                const ValueId id = top.value;
                stack.pop_back();
                if (placed_[id]) continue;
                placed_[id] = true;
                order_.values.push_back(id);
                if (dag_[id].op == WEFT_OP_LOOP) place_body(id);
            }
        }
    }

    // Everything outside the loop has been placed before it.
    [[nodiscard]] bool belongs(ValueId id, std::uint32_t loop) const {
        return !placed_[id] && home(id) == loop;
    }

    void place_body(ValueId id) {
        const std::uint32_t loop = dag_[id].aux;
        const std::size_t before = order_.values.size();
        place(dag_.args(id).subspan(2 + carried_count(dag_[id])), loop);
        order_.body_counts[loop] = static_cast<std::uint32_t>(order_.values.size() - before);
    }

    const Dag& dag_;
    std::span<const ValueId> roots_;
    std::vector<std::uint32_t> parent_;
    std::vector<std::uint32_t> depth_of_loop_;
    std::vector<std::uint32_t> depth_;
    std::vector<std::vector<ValueId>> needs_;  // by loop
    std::vector<bool> placed_;
    Order order_;
};

}  // namespace

Order schedule(const Dag& dag, std::span<const ValueId> roots) {
    return Scheduler(dag, roots).run();
}

}  // namespace weft::ir

// Stages from the strongly connected components of a stream kernel.
#include "stages.h"

#include <algorithm>

namespace weft::cpu {
namespace {

// Tarjan's algorithm with a stack of its own: graphs are deeper than the machine's. Components come
// out in an order in which what is needed stands first.
class Components {
public:
    explicit Components(const std::vector<std::vector<std::uint32_t>>& edges)
        : edges_(edges), index_(edges.size()), low_(edges.size()), active_(edges.size()) {
        for (std::uint32_t n = 0; n < edges.size(); ++n)
            if (index_[n] == 0) visit(n);
    }
    std::vector<std::vector<std::uint32_t>> list;

private:
    struct Open {
        std::uint32_t node;
        std::size_t next;
    };

    void enter(std::uint32_t node) {
        index_[node] = low_[node] = ++counter_;
        active_[node] = true;
        stack_.push_back(node);
        open_.push_back({node, 0});
    }

    void visit(std::uint32_t root) {
        enter(root);
        while (!open_.empty()) {
            const std::uint32_t node = open_.back().node;
            if (open_.back().next < edges_[node].size()) {
                const std::uint32_t to = edges_[node][open_.back().next++];
                if (index_[to] == 0) {
                    enter(to);
                } else if (active_[to]) {
                    low_[node] = std::min(low_[node], index_[to]);
                }
                continue;
            }
            open_.pop_back();
            if (!open_.empty())
                low_[open_.back().node] = std::min(low_[open_.back().node], low_[node]);
            if (low_[node] == index_[node]) close(node);
        }
    }

    void close(std::uint32_t root) {
        std::vector<std::uint32_t>& members = list.emplace_back();
        std::uint32_t member = kNoNode;
        do {
            member = stack_.back();
            stack_.pop_back();
            active_[member] = false;
            members.push_back(member);
        } while (member != root);
    }

    const std::vector<std::vector<std::uint32_t>>& edges_;
    std::vector<std::uint32_t> index_, low_;
    std::vector<bool> active_;
    std::vector<std::uint32_t> stack_;
    std::vector<Open> open_;
    std::uint32_t counter_ = 0;
};

class Maker {
public:
    Maker(const Plan& plan, const std::vector<InputShape>& inputs, Stages& stages)
        : plan_(plan), inputs_(inputs), stages_(stages) {}
    std::string run();

private:
    [[nodiscard]] bool reads_own(std::uint32_t node) const {
        const Node& n = plan_.nodes[node];
        return n.op == kOpRead && inputs_[n.aux].own != kNoOutput;
    }
    void link();
    std::string place(const std::vector<std::uint32_t>& members);
    [[nodiscard]] const Node* distance(std::uint32_t node) const;
    [[nodiscard]] bool in_ring(std::uint32_t node) const;
    [[nodiscard]] bool reads_this_row(std::uint32_t node) const;
    void hand_on();
    Stage& stage(std::uint32_t number) {
        if (stages_.list.size() <= number) stages_.list.resize(number + 1);
        return stages_.list[number];
    }

    const Plan& plan_;
    const std::vector<InputShape>& inputs_;
    Stages& stages_;
    std::vector<std::vector<std::uint32_t>> edges_;  // from a node to what it needs
    std::uint32_t component_ = 0;
};

void Maker::link() {
    edges_.resize(plan_.nodes.size());
    for (std::uint32_t n = 0; n < plan_.nodes.size(); ++n) {
        const Node& node = plan_.nodes[n];
        for (const std::uint32_t arg : node.args)
            if (arg != kNoNode) edges_[n].push_back(arg);
        if (node.op == WEFT_OP_LOOP)
            for (const std::uint32_t next : plan_.loops[node.aux].next) edges_[n].push_back(next);
        // A loop and its body are computed together: each needs the other.
        if (node.loop != kNoNode) {
            edges_[n].push_back(plan_.loops[node.loop].node);
            edges_[plan_.loops[node.loop].node].push_back(n);
        }
        if (!reads_this_row(n)) continue;
        for (const PlanStore& store : plan_.stores)
            if (store.output == inputs_[node.aux].own)
                edges_[n].insert(edges_[n].end(), store.values.begin(), store.values.end());
    }
}

// Gives the members of a component their stage.
std::string Maker::place(const std::vector<std::uint32_t>& members) {
    std::vector<std::uint32_t>& of = stages_.of_node;
    ++component_;
    for (const std::uint32_t n : members) stages_.component_of[n] = component_;
    const auto is_member = [&](std::uint32_t node) {
        return stages_.component_of[node] == component_;
    };
    bool recursive = false;
    std::uint64_t least = ~std::uint64_t{0};
    for (const std::uint32_t n : members) {
        if (!reads_this_row(n)) continue;
        bool back = false;
        for (const PlanStore& store : plan_.stores)
            if (store.output == inputs_[plan_.nodes[n].aux].own)
                for (const std::uint32_t value : store.values) back = back || is_member(value);
        if (!back) continue;
        recursive = true;
        const Node* delay = distance(n);
        if (delay == nullptr || delay->imm < 1.0)
            return "feedback needs a constant distance of at least one tick";
        least = std::min(least, static_cast<std::uint64_t>(delay->imm));
    }
    std::uint32_t number = 0;
    for (const std::uint32_t n : members)
        for (const std::uint32_t needed : edges_[n]) {
            if (is_member(needed)) continue;
            std::uint32_t after = of[needed];
            if (recursive) {
                after += after % 2 == 0 ? 1 : 2;
            } else if (reads_this_row(n)) {
                // The row must have been stored.
                after += after % 2 == 0 ? 2 : 1;
            } else {
                after += after % 2;
            }
            number = std::max(number, after);
        }
    if (recursive && number == 0) number = 1;
    for (const std::uint32_t n : members) of[n] = number;
    Stage& made = stage(number);
    made.recursive = made.recursive || recursive;
    made.least_delay = std::min(made.least_delay, least);
    return {};
}

// The constant number of samples that a read of our own goes back; null where there is none.
const Node* Maker::distance(std::uint32_t node) const {
    const Node& n = plan_.nodes[node];
    if (!reads_own(node) || n.contiguous == kNoNode) return nullptr;
    const Node& delay = plan_.nodes[n.args[n.contiguous * kNodesPerAxis]];
    return delay.op == WEFT_OP_CONST ? &delay : nullptr;
}

// A delay of a constant distance can be read from its ring again by any later stage.
bool Maker::in_ring(std::uint32_t node) const {
    return distance(node) != nullptr;
}

// What goes back by a row or more needs no stage of its own: it was stored before the row began.
bool Maker::reads_this_row(std::uint32_t node) const {
    const Node* delay = distance(node);
    return reads_own(node) && (delay == nullptr || delay->imm < static_cast<double>(kRow));
}

// What a later stage needs of an earlier one. Only what varies from sample to sample: the rest is
// in tables.
void Maker::hand_on() {
    const std::vector<std::uint32_t>& of = stages_.of_node;
    std::vector<bool> handed(plan_.nodes.size());
    const auto need = [&](std::uint32_t node, std::uint32_t in) {
        const Node& n = plan_.nodes[node];
        if (handed[node] || of[node] >= in || n.loop != kNoNode || class_of(n) != kPointMask ||
            n.op == WEFT_OP_LOOP || in_ring(node))
            return;
        handed[node] = true;
        stage(of[node]).handed_on.push_back(node);
    };
    for (std::uint32_t n = 0; n < plan_.nodes.size(); ++n)
        for (const std::uint32_t arg : plan_.nodes[n].args)
            if (arg != kNoNode) need(arg, of[n]);
    for (std::uint32_t s = 0; s < plan_.stores.size(); ++s) {
        std::uint32_t last = 0;
        for (const std::uint32_t value : plan_.stores[s].values) last = std::max(last, of[value]);
        stage(last).stores.push_back(s);
        for (const std::uint32_t value : plan_.stores[s].values) need(value, last);
    }
}

std::string Maker::run() {
    link();
    stages_.of_node.assign(plan_.nodes.size(), 0);
    stages_.component_of.assign(plan_.nodes.size(), 0);
    stage(0);
    Components components(edges_);
    for (const std::vector<std::uint32_t>& members : components.list) {
        std::string wrong = place(members);
        if (!wrong.empty()) return wrong;
    }
    hand_on();
    return {};
}

}  // namespace

std::string make_stages(const Plan& plan, const std::vector<InputShape>& inputs, Stages& stages) {
    return Maker(plan, inputs, stages).run();
}

}  // namespace weft::cpu

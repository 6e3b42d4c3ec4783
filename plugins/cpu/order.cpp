// The order of a plan's nodes after a pass has added some.
#include "plan.h"

namespace weft::cpu {

void put_in_order(Plan& plan) {
    std::vector<std::uint32_t> number(plan.nodes.size(), kNoNode);
    std::vector<Node> ordered;
    struct Open {
        std::uint32_t node;
        std::size_t next;
    };
    const auto visit = [&](std::uint32_t root) {
        std::vector<Open> open{{root, 0}};
        while (!open.empty()) {
            Open& top = open.back();
            const Node& node = plan.nodes[top.node];
            if (number[top.node] != kNoNode) {
                open.pop_back();
            } else if (top.next < node.args.size()) {
                const std::uint32_t arg = node.args[top.next++];
                if (arg != kNoNode && number[arg] == kNoNode) open.push_back({arg, 0});
            } else {
                number[top.node] = static_cast<std::uint32_t>(ordered.size());
                ordered.push_back(node);
                open.pop_back();
            }
        }
    };
    const auto renumbered = [&](std::uint32_t& node) {
        if (node == kNoNode) return;
        visit(node);
        node = number[node];
    };
    for (PlanStore& store : plan.stores)
        for (std::uint32_t& value : store.values) renumbered(value);
    for (Line& line : plan.lines)
        for (Line::Term& t : line.terms)
            for (std::uint32_t* node : {&t.low, &t.high, &t.fraction}) renumbered(*node);
    for (Node& node : ordered)
        for (std::uint32_t& arg : node.args)
            if (arg != kNoNode) arg = number[arg];
    for (Place& place : plan.places)
        if (place.coordinate != kNoNode) place.coordinate = number[place.coordinate];
    plan.nodes = std::move(ordered);
}

}  // namespace weft::cpu

// Strongly connected components of a directed graph: what depends on itself, and an order for the
// rest. Tarjan's algorithm ("Depth-first search and linear graph algorithms", 1972), without
// recursion because programs make long chains.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace weft {

inline constexpr std::uint32_t kNoSuccessor = 0xffffffffu;

struct StrongComponents {
    std::vector<std::uint32_t> of;  // by node: number of its component
    // By component: more than one node, or one that is its own successor.
    std::vector<char> circular;
};

// `successor(node, which)` is the node's successor number `which`, kNoSuccessor behind the last.
// Components are numbered so that what a node reaches has the same or a smaller number.
template <class Successor>
[[nodiscard]] StrongComponents strong_components(std::uint32_t size, Successor successor) {
    StrongComponents result;
    result.of.assign(size, 0);
    std::vector<std::uint32_t> number(size, 0);  // order of discovery from 1, 0 unseen
    std::vector<std::uint32_t> low(size, 0);
    std::vector<char> open(size, 0);
    std::vector<char> own_successor(size, 0);
    std::vector<std::uint32_t> stack;
    struct Visit {
        std::uint32_t node;
        std::uint32_t next;
    };
    std::vector<Visit> path;
    std::uint32_t counter = 0;
    for (std::uint32_t root = 0; root < size; ++root) {
        if (number[root] != 0) continue;
        path.push_back({root, 0});
        while (!path.empty()) {
            const std::uint32_t node = path.back().node;
            if (path.back().next == 0) {
                number[node] = low[node] = ++counter;
                stack.push_back(node);
                open[node] = 1;
            }
            const std::uint32_t next = successor(node, path.back().next++);
            if (next != kNoSuccessor) {
                if (next == node) own_successor[node] = 1;
                if (number[next] == 0) {
                    path.push_back({next, 0});
                } else if (open[next] != 0) {
                    low[node] = std::min(low[node], number[next]);
                }
                continue;
            }
            path.pop_back();
            if (!path.empty()) low[path.back().node] = std::min(low[path.back().node], low[node]);
            if (low[node] != number[node]) continue;
            const auto component = static_cast<std::uint32_t>(result.circular.size());
            result.circular.push_back(stack.back() != node || own_successor[node] != 0 ? 1 : 0);
            while (true) {
                const std::uint32_t member = stack.back();
                stack.pop_back();
                open[member] = 0;
                result.of[member] = component;
                if (member == node) break;
            }
        }
    }
    return result;
}

// The same for successors in lists.
[[nodiscard]] inline StrongComponents strong_components(
    const std::vector<std::vector<std::uint32_t>>& successors) {
    return strong_components(static_cast<std::uint32_t>(successors.size()),
                             [&](std::uint32_t node, std::uint32_t which) {
                                 return which < successors[node].size() ? successors[node][which]
                                                                        : kNoSuccessor;
                             });
}

}  // namespace weft

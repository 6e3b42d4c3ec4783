// Batches: consecutive tasks of one back end in an order with the fewest changes of back end.
#include <algorithm>
#include <unordered_map>

#include "passes/passes.h"

namespace weft::passes {

void batch(const Graph& graph, Arrangement& arrangement) {
    std::vector<graph::Task> tasks;
    std::unordered_map<std::uint64_t, std::uint32_t> numbers;
    const auto key = [](graph::NodeId node, std::uint32_t backend) {
        return (static_cast<std::uint64_t>(node) << 32) | backend;
    };
    const auto add = [&](graph::NodeId node, std::uint32_t backend, bool copy) {
        numbers.emplace(key(node, backend), static_cast<std::uint32_t>(tasks.size()));
        tasks.push_back({node, backend, copy});
    };
    for (graph::NodeId id = 0; id < graph.nodes.size(); ++id) {
        if (arrangement.owners[id] != graph::kNone) add(id, arrangement.owners[id], false);
        for (const std::uint32_t backend : arrangement.copies[id]) add(id, backend, true);
    }
    const TaskIndex index(arrangement);
    std::vector<std::uint32_t> colours;
    std::vector<std::vector<std::uint32_t>> needs(tasks.size());
    for (std::uint32_t i = 0; i < tasks.size(); ++i) {
        colours.push_back(tasks[i].backend);
        for (const graph::NodeId need : graph.nodes[tasks[i].node].needs) {
            const auto found = numbers.find(key(need, index.provider(need, tasks[i].backend)));
            if (found != numbers.end()) needs[i].push_back(found->second);
        }
    }
    arrangement.batches.clear();
    for (const std::uint32_t i : fewest_changes(colours, needs)) {
        if (arrangement.batches.empty() || arrangement.batches.back().backend != tasks[i].backend)
            arrangement.batches.push_back({tasks[i].backend, {}});
        arrangement.batches.back().tasks.push_back(tasks[i]);
    }
}

}  // namespace weft::passes

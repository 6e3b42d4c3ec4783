// Layers: a batch waits for the batches that write what it reads. No two batches write the same
// node, and what is read of a cache's past was written in an earlier tick.
#include <algorithm>
#include <map>

#include "passes/passes.h"

namespace weft::passes {

void layers(const Graph& graph, Arrangement& arrangement) {
    arrangement.layers.clear();
    const TaskIndex index(arrangement);
    std::vector<std::uint32_t> owners_batch(graph.nodes.size(), graph::kNone);
    std::map<std::pair<graph::NodeId, std::uint32_t>, std::uint32_t> copies_batch;
    for (std::uint32_t i = 0; i < arrangement.batches.size(); ++i) {
        for (const graph::Task& task : arrangement.batches[i].tasks) {
            if (task.copy)
                copies_batch[{task.node, task.backend}] = i;
            else
                owners_batch[task.node] = i;
        }
    }
    const auto writer_of = [&](graph::NodeId node, std::uint32_t reader) {
        const std::uint32_t backend = index.provider(node, reader);
        if (backend == arrangement.owners[node]) return owners_batch[node];
        const auto copy = copies_batch.find({node, backend});
        return copy == copies_batch.end() ? graph::kNone : copy->second;
    };
    std::vector<std::uint32_t> depth(arrangement.batches.size(), 0);
    for (std::uint32_t i = 0; i < arrangement.batches.size(); ++i) {
        for (const graph::Task& task : arrangement.batches[i].tasks) {
            for (const graph::NodeId need : graph.nodes[task.node].needs) {
                const std::uint32_t writer = writer_of(need, task.backend);
                if (writer < i) depth[i] = std::max(depth[i], depth[writer] + 1);
            }
        }
        if (depth[i] >= arrangement.layers.size()) arrangement.layers.resize(depth[i] + 1);
        arrangement.layers[depth[i]].push_back(i);
    }
}

}  // namespace weft::passes

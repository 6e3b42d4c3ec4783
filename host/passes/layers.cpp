// Layers: a batch waits for the batches that write what it reads. No two batches write the same
// node, and what is read of a cache's past was written in an earlier tick.
#include <algorithm>
#include <map>

#include "passes/passes.h"

namespace weft::passes {

void layers(const Graph& graph, Arrangement& arrangement) {
    arrangement.layers.clear();
    const TaskIndex index(arrangement);
    std::map<std::pair<graph::NodeId, std::uint32_t>, std::uint32_t> written;  // to batch
    for (std::uint32_t i = 0; i < arrangement.batches.size(); ++i)
        for (const graph::Task& task : arrangement.batches[i].tasks)
            written[{task.node, task.backend}] = i;
    std::vector<std::uint32_t> depth(arrangement.batches.size(), 0);
    for (std::uint32_t i = 0; i < arrangement.batches.size(); ++i) {
        for (const graph::Task& task : arrangement.batches[i].tasks) {
            for (const graph::NodeId need : graph.nodes[task.node].needs) {
                const auto writer = written.find({need, index.provider(need, task.backend)});
                if (writer != written.end() && writer->second < i)
                    depth[i] = std::max(depth[i], depth[writer->second] + 1);
            }
        }
        if (depth[i] >= arrangement.layers.size()) arrangement.layers.resize(depth[i] + 1);
        arrangement.layers[depth[i]].push_back(i);
    }
}

}  // namespace weft::passes

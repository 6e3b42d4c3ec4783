// Context tags: who needs a node, not who makes it.
#include <algorithm>

#include "passes/passes.h"

namespace weft::passes {

void tag_contexts(const Graph& graph, Arrangement& arrangement) {
    const std::size_t count = graph.nodes.size();
    arrangement.tags.assign(count, {});
    arrangement.ticks.assign(count, graph::kNone);
    std::vector<std::uint32_t> seen(count, 0);  // bit per context
    std::vector<graph::NodeId> open;
    // Sinks in the order of the program: the first to reach a node stays its first.
    for (std::uint32_t sink = 0; sink < graph.sinks.size(); ++sink) {
        const std::uint32_t context = graph.sinks[sink].context;
        for (const graph::Read& read : graph.sinks[sink].reads) open.push_back(read.node);
        while (!open.empty()) {
            const graph::NodeId id = open.back();
            open.pop_back();
            if ((seen[id] & (1u << context)) != 0) continue;
            seen[id] |= 1u << context;
            arrangement.tags[id].push_back({context, sink});
            if (graph.nodes[id].kind == sema::InstanceKind::cache &&
                arrangement.ticks[id] == graph::kNone)
                arrangement.ticks[id] = context;
            for (const graph::Read& read : graph.nodes[id].reads) open.push_back(read.node);
        }
    }
}

}  // namespace weft::passes

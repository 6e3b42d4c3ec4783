// Duplication: computing a pure node where it is needed is always exact, whatever grid the owner
// would have kept it on.
#include <algorithm>

#include "passes/passes.h"

namespace weft::passes {

void duplicate(const Graph& graph, const BackendTable& table, Arrangement& arrangement) {
    arrangement.copies.assign(graph.nodes.size(), {});
    std::uint32_t serving[WEFT_CONTEXT_COUNT];
    for (std::uint32_t context = 0; context < WEFT_CONTEXT_COUNT; ++context)
        serving[context] = table.serving(context);
    for (graph::NodeId id = 0; id < graph.nodes.size(); ++id) {
        const graph::Node& node = graph.nodes[id];
        if (node.kind != sema::InstanceKind::computed) continue;
        // Where it was put by hand, it stays.
        if (table.for_node.find(node.name) != table.for_node.end()) continue;
        std::vector<std::uint32_t>& copies = arrangement.copies[id];
        for (const graph::Tag& tag : arrangement.tags[id]) {
            const std::uint32_t backend = serving[tag.context];
            if (backend == graph::kNone || backend == arrangement.owners[id]) continue;
            if (std::find(copies.begin(), copies.end(), backend) == copies.end())
                copies.push_back(backend);
        }
    }
}

}  // namespace weft::passes

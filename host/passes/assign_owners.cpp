// Ownership: the first back end, in the order of the program, that needs a node.
#include "passes/passes.h"

namespace weft::passes {

void assign_owners(const Graph& graph, const BackendTable& table, Arrangement& arrangement) {
    arrangement.owners.assign(graph.nodes.size(), graph::kNone);
    for (graph::NodeId id = 0; id < graph.nodes.size(); ++id) {
        const graph::Node& node = graph.nodes[id];
        // Live parameters are numbers that every back end is given.
        if (node.kind == sema::InstanceKind::parameter || arrangement.tags[id].empty()) continue;
        const sema::Instance& instance = graph.program->instances[node.instance];
        const auto chosen = table.for_node.find(node.name);
        if (chosen != table.for_node.end())
            arrangement.owners[id] = table.named(chosen->second);
        else if (node.kind == sema::InstanceKind::source)
            arrangement.owners[id] = table.at_home(instance.builtin);
        else
            arrangement.owners[id] = table.serving(arrangement.tags[id].front().context);
    }
}

}  // namespace weft::passes

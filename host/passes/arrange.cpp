// The passes in their order.
#include <algorithm>

#include "passes/passes.h"

namespace weft::passes {

Arrangement arrange(const Graph& graph, const BackendTable& table) {
    Arrangement result;
    tag_contexts(graph, result);
    assign_owners(graph, table, result);
    duplicate(graph, table, result);
    batch(graph, result);
    layers(graph, result);
    connect(graph, table, result);
    crossings(graph, result);
    return result;
}

TaskIndex::TaskIndex(const Arrangement& arrangement) : arrangement_(arrangement) {}

std::uint32_t TaskIndex::provider(graph::NodeId node, std::uint32_t backend) const {
    const std::vector<std::uint32_t>& copies = arrangement_.copies[node];
    const bool copied = std::find(copies.begin(), copies.end(), backend) != copies.end();
    return copied ? backend : arrangement_.owners[node];
}

}  // namespace weft::passes

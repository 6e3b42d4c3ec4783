// The graph as text: one line a node, then the order in which things happen.
#include <fmt/format.h>

#include <algorithm>

#include "base/contexts.h"
#include "graph/format.h"

namespace weft::graph {

std::string backend_name(const BackendTable& table, std::uint32_t backend) {
    return backend == kNone ? "-" : table.backends[backend].name;
}

std::string strand_name(const Graph& graph, sema::StrandId id) {
    const sema::Strand& strand = graph.program->strands[id];
    const std::string& instance = graph.program->instances[strand.instance].name;
    return strand.name.empty() ? instance : instance + "@" + strand.name;
}

std::string context_list(const std::vector<Tag>& tags) {
    std::string result;
    for (const Tag& tag : tags)
        result += (result.empty() ? "" : ",") + std::string(context_name(tag.context));
    return result.empty() ? "-" : result;
}

std::string kind_text(const Graph& graph, const Node& node) {
    const sema::Instance& instance = graph.program->instances[node.instance];
    if (node.kind == sema::InstanceKind::source) return instance.builtin;
    return std::string(name_of(node.kind));
}

std::string format_text(const Graph& graph, const BackendTable& table,
                        const Arrangement& arrangement) {
    std::string out = "nodes\n";
    std::size_t width = 4;
    for (const Node& node : graph.nodes) width = std::max(width, node.name.size());
    for (NodeId id = 0; id < graph.nodes.size(); ++id) {
        const Node& node = graph.nodes[id];
        out += fmt::format("  {:<{}}  {:<9}  contexts {:<14}  owner {}", node.name, width,
                           kind_text(graph, node), context_list(arrangement.tags[id]),
                           backend_name(table, arrangement.owners[id]));
        for (const std::uint32_t copy : arrangement.copies[id])
            out += "  also " + backend_name(table, copy);
        if (node.kind == sema::InstanceKind::cache && arrangement.ticks[id] != kNone)
            out += fmt::format("  keeps {} {}s", graph.program->instances[node.instance].ticks,
                               tick_name(arrangement.ticks[id]));
        out += "\n";
    }
    out += "sinks\n";
    for (std::uint32_t i = 0; i < graph.sinks.size(); ++i) {
        const SinkNode& sink = graph.sinks[i];
        out += fmt::format("  {}  context {}  back end {}\n", sink.name, context_name(sink.context),
                           backend_name(table, table.serving(sink.context)));
    }
    out += "batches\n";
    for (std::size_t i = 0; i < arrangement.batches.size(); ++i) {
        const Batch& batch = arrangement.batches[i];
        out += fmt::format("  {} {}:", i + 1, backend_name(table, batch.backend));
        for (const Task& task : batch.tasks) out += " " + graph.nodes[task.node].name;
        out += "\n";
    }
    out += "layers\n";
    for (std::size_t i = 0; i < arrangement.layers.size(); ++i) {
        out += fmt::format("  {}:", i + 1);
        for (const std::uint32_t batch : arrangement.layers[i])
            out += fmt::format(" {}", batch + 1);
        out += "\n";
    }
    out += "edges\n";
    for (const Edge& edge : arrangement.edges) {
        const std::string to =
            edge.consumer == kNone ? graph.sinks[edge.sink].name : graph.nodes[edge.consumer].name;
        out += fmt::format("  {} -> {}", strand_name(graph, edge.strand), to);
        if (edge.producer_backend != kNone && edge.producer_backend != edge.consumer_backend)
            out += fmt::format("  {} -> {}", backend_name(table, edge.producer_backend),
                               backend_name(table, edge.consumer_backend));
        else if (edge.consumer_backend != kNone)
            out += "  in " + backend_name(table, edge.consumer_backend);
        if (edge.past) out += "  past";
        if (edge.crossing != Crossing::none)
            out += fmt::format("  {}", crossing_name(edge.crossing));
        out += "\n";
    }
    return out;
}

}  // namespace weft::graph

// The graph as one JSON document.
#include <nlohmann/json.hpp>

#include "base/contexts.h"
#include "graph/format.h"

namespace weft::graph {
namespace {

using json = nlohmann::ordered_json;

json backend_json(const BackendTable& table, std::uint32_t backend) {
    return backend == kNone ? json(nullptr) : json(table.backends[backend].name);
}

json node_json(const Graph& graph, const BackendTable& table, const Arrangement& arrangement,
               NodeId id) {
    const Node& node = graph.nodes[id];
    const sema::Instance& instance = graph.program->instances[node.instance];
    json result{{"name", node.name}, {"kind", name_of(node.kind)}};
    if (node.kind == sema::InstanceKind::source) result["builtin"] = instance.builtin;
    json strands = json::array();
    for (const sema::StrandId strand : node.strands)
        strands.push_back(graph.program->strands[strand].name);
    result["strands"] = std::move(strands);
    json contexts = json::array();
    for (const Tag& tag : arrangement.tags[id]) contexts.push_back(context_name(tag.context));
    result["contexts"] = std::move(contexts);
    result["owner"] = backend_json(table, arrangement.owners[id]);
    json copies = json::array();
    for (const std::uint32_t copy : arrangement.copies[id])
        copies.push_back(backend_json(table, copy));
    result["copies"] = std::move(copies);
    if (node.kind == sema::InstanceKind::cache) {
        result["ticks"] = instance.ticks;
        if (arrangement.ticks[id] != kNone) result["tick"] = tick_name(arrangement.ticks[id]);
    }
    return result;
}

}  // namespace

std::string format_json(const Graph& graph, const BackendTable& table,
                        const Arrangement& arrangement) {
    json result{{"nodes", json::array()},
                {"sinks", json::array()},
                {"batches", json::array()},
                {"layers", json::array()},
                {"edges", json::array()}};
    for (NodeId id = 0; id < graph.nodes.size(); ++id)
        result["nodes"].push_back(node_json(graph, table, arrangement, id));
    for (const SinkNode& sink : graph.sinks)
        result["sinks"].push_back({{"name", sink.name},
                                   {"context", context_name(sink.context)},
                                   {"backend", backend_json(table, table.serving(sink.context))}});
    for (const Batch& batch : arrangement.batches) {
        json nodes = json::array();
        for (const Task& task : batch.tasks) nodes.push_back(graph.nodes[task.node].name);
        result["batches"].push_back(
            {{"backend", backend_json(table, batch.backend)}, {"nodes", std::move(nodes)}});
    }
    for (const std::vector<std::uint32_t>& layer : arrangement.layers)
        result["layers"].push_back(layer);
    for (const Edge& edge : arrangement.edges) {
        json row{{"strand", strand_name(graph, edge.strand)},
                 {"producer", backend_json(table, edge.producer_backend)}};
        if (edge.consumer == kNone)
            row["sink"] = edge.sink;
        else
            row["node"] = graph.nodes[edge.consumer].name;
        row["consumer"] = backend_json(table, edge.consumer_backend);
        row["past"] = edge.past;
        row["crosses"] =
            edge.crossing == Crossing::none ? json(nullptr) : json(crossing_name(edge.crossing));
        result["edges"].push_back(std::move(row));
    }
    return result.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace weft::graph

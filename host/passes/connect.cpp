// Edges: from the task that produces a strand to those who read it.
#include "passes/passes.h"

namespace weft::passes {

void connect(const Graph& graph, const BackendTable& table, Arrangement& arrangement) {
    arrangement.edges.clear();
    const TaskIndex index(arrangement);
    const auto add = [&](const graph::Read& read, graph::Edge edge) {
        edge.strand = read.strand;
        edge.past = read.past;
        edge.producer = read.node;
        edge.producer_backend = index.provider(read.node, edge.consumer_backend);
        arrangement.edges.push_back(edge);
    };
    for (const graph::Batch& batch : arrangement.batches) {
        for (const graph::Task& task : batch.tasks) {
            graph::Edge edge;
            edge.consumer = task.node;
            edge.consumer_backend = task.backend;
            for (const graph::Read& read : graph.nodes[task.node].reads) add(read, edge);
        }
    }
    for (std::uint32_t sink = 0; sink < graph.sinks.size(); ++sink) {
        graph::Edge edge;
        edge.sink = sink;
        edge.consumer_backend = table.serving(graph.sinks[sink].context);
        for (const graph::Read& read : graph.sinks[sink].reads) add(read, edge);
    }
}

}  // namespace weft::passes

// A flow graph of oneTBB. Its nodes are lightweight, which the documentation advises for bodies of
// a few hundred cycles: they run at once, without a task of their own.
#include <tbb/flow_graph.h>

#include <memory>
#include <vector>

#include "graph.h"

namespace flow = tbb::flow;

int main(int argc, char** argv) {
    using Node = flow::continue_node<flow::continue_msg, flow::lightweight>;
    const graph::Shape shape = graph::shape_of(argc, argv);
    flow::graph whole;
    const auto nothing = [](const flow::continue_msg& message) noexcept { return message; };
    flow::broadcast_node<flow::continue_msg> start(whole);
    std::vector<std::unique_ptr<Node>> nodes;
    for (int i = 0; i < shape.nodes; ++i) {
        nodes.push_back(std::make_unique<Node>(whole, nothing));
        if (i == 0)
            flow::make_edge(start, *nodes[0]);
        else
            flow::make_edge(*nodes[shape.chain ? static_cast<std::size_t>(i) - 1 : 0],
                            *nodes.back());
    }
    return graph::measure(shape, [&](std::int64_t frames) {
        for (std::int64_t f = 0; f < frames; ++f) {
            start.try_put(flow::continue_msg());
            whole.wait_for_all();
        }
    });
}

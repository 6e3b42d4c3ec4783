// The passes over a graph, in their order. Each is one function in the file of its name and fills
// its own part of the arrangement; none looks at a back end but as a row of the table.
#pragma once

#include "graph/arrangement.h"

namespace weft::passes {

using graph::Arrangement;
using graph::BackendTable;
using graph::Graph;

// Walks back from every sink: which contexts need a node. A cache ticks as the first sink that
// needs it does.
void tag_contexts(const Graph& graph, Arrangement& arrangement);

// A builtin belongs to the back end where it is at home, any other node to the back end of the
// first sink that needs it, unless it was chosen by hand.
void assign_owners(const Graph& graph, const BackendTable& table, Arrangement& arrangement);

// A pure node that another context needs as well is computed there too. Sources and caches, which
// are not pure, stay with their owner.
void duplicate(const Graph& graph, const BackendTable& table, Arrangement& arrangement);

// An order that respects what each node needs, with the fewest changes of back end.
void batch(const Graph& graph, Arrangement& arrangement);

// Batches that do not wait for each other stand in one layer.
void layers(const Graph& graph, Arrangement& arrangement);

// Every reference, from the task that produces it to the task or sink that reads it.
void connect(const Graph& graph, const BackendTable& table, Arrangement& arrangement);

// How edges between pictures and sound are crossed while the program runs live.
void crossings(const Graph& graph, Arrangement& arrangement);

// All of them.
[[nodiscard]] Arrangement arrange(const Graph& graph, const BackendTable& table);

// The fewest runs: tasks with colours and the tasks that each needs, as an order. Exact where the
// colours are two or the search stays small, else by looking ahead. Ties go to lower numbers.
[[nodiscard]] std::vector<std::uint32_t> fewest_changes(
    const std::vector<std::uint32_t>& colours,
    const std::vector<std::vector<std::uint32_t>>& needs);

// Tasks by node and back end.
class TaskIndex {
public:
    explicit TaskIndex(const Arrangement& arrangement);
    // The back end from which `backend` gets `node`: itself if it computes it, else the owner.
    [[nodiscard]] std::uint32_t provider(graph::NodeId node, std::uint32_t backend) const;

private:
    const Arrangement& arrangement_;
};

}  // namespace weft::passes

// Who computes what, and in which order: what the passes find out about a graph, and the table of
// back ends they look at. The host knows back ends only as rows of this table.
#pragma once

#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "graph/graph.h"

namespace weft::graph {

struct Backend {
    std::string name;
    std::uint32_t contexts = 0;         // bit 1 << WEFT_CONTEXT_* for which it computes
    std::vector<std::string> builtins;  // sources at home there
    int score = 0;
    bool available = true;
};

struct BackendTable {
    std::vector<Backend> backends;
    // Chosen by hand; these win over scores and over the order of the program.
    std::map<std::uint32_t, std::string> for_context;
    std::map<std::string, std::string, std::less<>> for_node;

    // Index of the back end that serves a context: the chosen one, else the available one of the
    // highest score, the earlier on a tie. kNone if there is none.
    [[nodiscard]] std::uint32_t serving(std::uint32_t context) const;
    [[nodiscard]] std::uint32_t at_home(std::string_view builtin) const;
    [[nodiscard]] std::uint32_t named(std::string_view name) const;
};

// {"backends": [{"name": "a", "contexts": ["visual"], "builtins": ["load"], "score": 100,
//   "available": true}], "contexts": {"visual": "a"}, "owners": {"img": "a"}}
// Only `name` must be there.
[[nodiscard]] Result<BackendTable> read_backends(std::string_view json);

// A context that needs a node, and the first sink in the order of the program that makes it so.
struct Tag {
    std::uint32_t context = 0;
    std::uint32_t sink = 0;  // index into Graph::sinks
};

// One node, computed by one back end; the owner's or a duplicate.
struct Task {
    NodeId node = kNone;
    std::uint32_t backend = kNone;
    bool copy = false;
};

struct Batch {
    std::uint32_t backend = kNone;
    std::vector<Task> tasks;
};

// Between what is computed frame by frame and what is computed sample by sample: sound of the past
// is a ring that is read in place; what sound reads of pictures, knobs and live inputs comes
// through a slot, held for a block or (#smooth) interpolated over it.
enum class Crossing : std::uint8_t { none, ring, held, smoothed };

struct Edge {
    sema::StrandId strand = sema::kNone;
    NodeId producer = kNone;
    std::uint32_t producer_backend = kNone;  // kNone: a parameter, which every back end has
    NodeId consumer = kNone;                 // kNone: a sink
    std::uint32_t sink = kNone;              // index into Graph::sinks
    std::uint32_t consumer_backend = kNone;
    bool past = false;
    Crossing crossing = Crossing::none;
};

struct Arrangement {
    std::vector<std::vector<Tag>> tags;  // by node, by first sink; empty: nobody needs it
    std::vector<std::uint32_t> ticks;    // by node, of caches: the context it ticks in
    std::vector<std::uint32_t> owners;   // by node: back end, or kNone
    std::vector<std::vector<std::uint32_t>> copies;  // by node: back ends of duplicates
    std::vector<Batch> batches;                      // in order of execution
    std::vector<std::vector<std::uint32_t>> layers;  // batches that may run at once
    std::vector<Edge> edges;
};

[[nodiscard]] std::string format_text(const Graph& graph, const BackendTable& table,
                                      const Arrangement& arrangement);
[[nodiscard]] std::string format_json(const Graph& graph, const BackendTable& table,
                                      const Arrangement& arrangement);
[[nodiscard]] std::string format_dot(const Graph& graph, const BackendTable& table,
                                     const Arrangement& arrangement);
[[nodiscard]] std::string format_svg(const Graph& graph, const BackendTable& table,
                                     const Arrangement& arrangement);

// "ring", "slot, held", "slot, smoothed", or "".
[[nodiscard]] std::string_view crossing_name(Crossing crossing);

// "frame" or "sample": what a cache counts.
[[nodiscard]] std::string_view tick_name(std::uint32_t context);

}  // namespace weft::graph

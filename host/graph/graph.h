// The graph of a program: nodes are instances, edges are references to strands, sinks are
// statements. What only reads the past of a cache waits for nothing.
#pragma once

#include <string>
#include <vector>

#include "sema/program.h"

namespace weft::graph {

using NodeId = std::uint32_t;
inline constexpr std::uint32_t kNone = 0xffffffffu;

struct Read {
    sema::StrandId strand = sema::kNone;
    NodeId node = kNone;  // that has the strand
    bool past = false;    // a cache, at k >= 1: nothing of this tick is needed
};

// An instance; where an instance's strands depend on each other by way of other instances, one of
// its strands.
struct Node {
    std::string name;  // "img", or "img@r" of one strand
    sema::InstanceKind kind = sema::InstanceKind::computed;
    sema::InstanceId instance = sema::kNone;
    std::vector<sema::StrandId> strands;
    std::uint32_t order = 0;    // position in the program
    std::vector<Read> reads;    // as written: strands referred to
    std::vector<NodeId> needs;  // nodes that must be there before it in a tick
};

struct SinkNode {
    std::string name;        // "display", "play"
    std::uint32_t sink = 0;  // index into Program::sinks
    std::uint32_t context = 0;
    std::uint32_t order = 0;
    std::vector<Read> reads;
    std::vector<NodeId> needs;
};

struct Graph {
    const sema::Program* program = nullptr;
    std::vector<Node> nodes;      // in the order of the program
    std::vector<SinkNode> sinks;  // in the order of the program
    std::vector<NodeId> node_of;  // by StrandId
};

// `program` must outlive the graph. Only for programs without errors.
[[nodiscard]] Graph build(const sema::Program& program);

[[nodiscard]] std::string_view name_of(sema::SinkKind kind);
[[nodiscard]] std::string_view name_of(sema::InstanceKind kind);

}  // namespace weft::graph

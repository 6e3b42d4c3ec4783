// Edges between what is computed frame by frame and what is computed sample by sample, and what
// comes from outside into sound. Pictures read sound of the past where it lies, in a ring; sound
// is handed numbers in slots, which it holds for a block or, where #smooth says so, goes to.
#include "passes/passes.h"

namespace weft::passes {
namespace {

using graph::Crossing;
using graph::NodeId;

constexpr std::uint8_t kFrames = 1;
constexpr std::uint8_t kSound = 2;

class Crossings {
public:
    Crossings(const Graph& graph, const Arrangement& arrangement)
        : graph_(graph), arrangement_(arrangement), parts_(graph.nodes.size()) {
        for (const graph::SinkNode& sink : graph.sinks) {
            spread(sink.reads, part_of(sink));
        }
        for (NodeId id = 0; id < graph.nodes.size(); ++id) {
            if (keeps(id)) {
                spread(graph.nodes[id].reads, kept_by(id));
            }
        }
    }

    [[nodiscard]] Crossing of(const graph::Edge& edge) const {
        // What is made of samples for pictures reads them as a picture would.
        if (edge.consumer != graph::kNone && is_analysis(edge.consumer)) {
            return (parts_[edge.consumer] & kFrames) != 0 ? Crossing::ring : Crossing::none;
        }
        const std::uint8_t reader = edge.consumer == graph::kNone ? part_of(graph_.sinks[edge.sink])
                                    : keeps(edge.consumer)        ? kept_by(edge.consumer)
                                                                  : parts_[edge.consumer];
        const sema::Instance& made = instance(edge.producer);
        const bool picture = made.kind == sema::InstanceKind::source && !is_sound(made) &&
                             (made.builtin == "camera" || made.smooth);
        if (made.kind == sema::InstanceKind::cache ? kept_by(edge.producer) == kSound
                                                   : is_sound(made)) {
            return (reader & kFrames) != 0 ? Crossing::ring : Crossing::none;
        }
        const bool changes = made.kind == sema::InstanceKind::cache ||
                             made.kind == sema::InstanceKind::parameter || picture;
        if (!changes || (reader & kSound) == 0) {
            return Crossing::none;
        }
        return made.smooth ? Crossing::smoothed : Crossing::held;
    }

private:
    [[nodiscard]] const sema::Instance& instance(NodeId id) const {
        return graph_.program->instances[graph_.nodes[id].instance];
    }
    [[nodiscard]] static bool is_sound(const sema::Instance& made) { return made.builtin == "mic"; }
    [[nodiscard]] std::uint8_t part_of(const graph::SinkNode& sink) const {
        const bool sound = graph_.program->sinks[sink.sink].is_sound;
        return sink.context == WEFT_CONTEXT_AUDIO || sound ? kSound : kFrames;
    }
    // A cache, or what is made of a strand's samples: its source is computed when it ticks, whoever
    // reads it.
    [[nodiscard]] bool keeps(NodeId id) const {
        return instance(id).kind == sema::InstanceKind::cache || is_analysis(id);
    }
    [[nodiscard]] bool is_analysis(NodeId id) const {
        return instance(id).kind == sema::InstanceKind::source && instance(id).ticks != 0;
    }
    [[nodiscard]] std::uint8_t kept_by(NodeId id) const {
        const bool in_samples = instance(id).kind != sema::InstanceKind::cache ||
                                arrangement_.ticks[id] == WEFT_CONTEXT_AUDIO;
        return in_samples ? kSound : kFrames;
    }
    void spread(const std::vector<graph::Read>& reads, std::uint8_t part) {
        std::vector<NodeId> open;
        const auto push = [&](const std::vector<graph::Read>& more) {
            for (const graph::Read& read : more) {
                open.push_back(read.node);
            }
        };
        push(reads);
        while (!open.empty()) {
            const NodeId id = open.back();
            open.pop_back();
            if ((parts_[id] & part) == 0) {
                parts_[id] |= part;
                if (!keeps(id)) {
                    push(graph_.nodes[id].reads);
                }
            }
        }
    }

    const Graph& graph_;
    const Arrangement& arrangement_;
    std::vector<std::uint8_t> parts_;  // by node: for whom
};

}  // namespace

void crossings(const Graph& graph, Arrangement& arrangement) {
    const Crossings crossings(graph, arrangement);
    for (graph::Edge& edge : arrangement.edges) {
        edge.crossing = crossings.of(edge);
    }
}

}  // namespace weft::passes

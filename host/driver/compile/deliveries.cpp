#include "driver/compile/deliveries.h"

#include <fmt/format.h>

#include "graph/graph.h"

namespace weft::driver {
namespace {

std::string layout_of(const runtime::TargetLayout& layout) {
    switch (layout.kind) {
        case runtime::TargetKind::picture:
            return fmt::format("{} {}x{}",
                               layout.format == WEFT_FORMAT_F32      ? "f32"
                               : layout.format == WEFT_FORMAT_RGBA16 ? "rgba16"
                                                                     : "rgba8",
                               layout.width, layout.height);
        case runtime::TargetKind::sound:
            return fmt::format("f32, {} channel{}", layout.channels,
                               layout.channels == 1 ? "" : "s");
        case runtime::TargetKind::numbers: break;
    }
    return fmt::format("f64, {} number{}", layout.channels, layout.channels == 1 ? "" : "s");
}

}  // namespace

std::vector<EdgeRecord> deliveries(Session& session, const sema::Program& program,
                                   const BuiltShow& built) {
    std::vector<EdgeRecord> records;
    // Targets stand in the order of the items that leave something in them.
    auto layout = built.show->targets.begin();
    for (const Item& item : built.plan.items) {
        if (item.kind != ItemKind::sink) {
            continue;
        }
        EdgeRecord& edge = records.emplace_back();
        edge.strand = graph::name_of(program.sinks[item.sinks.front()].kind);
        edge.producer = built.backends[item.backend];
        edge.consumer = "host";
        edge.path = "delivery";
        edge.layout = layout_of(*layout);
        edge.bytes = layout->bytes;
        ++layout;
        for (const runtime::Step& step : built.show->steps) {
            if (step.backend.backend->name() != edge.producer) {
                continue;
            }
            const MemorySide& side = session.trials().side(*step.backend.backend);
            edge.sync = step.timeline ? "host waits" : "complete on return";
            if (side.imports(WEFT_HANDLE_HOST)) {
                edge.memory = kind_name(WEFT_HANDLE_HOST);
            } else {
                edge.memory = "copy";
                edge.copied = edge.bytes;
                if (side.caps.download_rate > 0) {
                    edge.predicted = static_cast<double>(edge.bytes) / side.caps.download_rate;
                }
                edge.refused.push_back(kind_name(WEFT_HANDLE_HOST) + ": " +
                                       std::string(side.caps.no_import));
            }
            break;
        }
    }
    return records;
}

}  // namespace weft::driver

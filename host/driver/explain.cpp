#include "driver/explain.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace weft::driver {

std::string explain_text(const BuiltShow& built) {
    std::string text;
    for (const EdgeRecord& edge : built.edges) {
        text += fmt::format("{}: {} -> {}  {}  {} bytes shared, {} copied a frame\n", edge.strand,
                            edge.producer, edge.consumer, edge.path, edge.bytes, edge.copied);
        for (const std::string& reason : edge.refused) {
            text += fmt::format("    refused {}\n", reason);
        }
    }
    if (built.edges.empty()) {
        text = "no edges: every strand is computed where it is needed\n";
    }
    std::size_t batch = 0;
    for (const PlannedBatch& planned : built.plan.batches) {
        text += fmt::format("batch {}: {}, {} kernel{}\n", batch++, built.backends[planned.backend],
                            planned.kernels.size(), planned.kernels.size() == 1 ? "" : "s");
    }
    return text;
}

std::string explain_json(const BuiltShow& built) {
    nlohmann::json document;
    document["edges"] = nlohmann::json::array();
    for (const EdgeRecord& edge : built.edges) {
        document["edges"].push_back({{"strand", edge.strand},
                                     {"producer", edge.producer},
                                     {"consumer", edge.consumer},
                                     {"path", edge.path},
                                     {"refused", edge.refused},
                                     {"bytes", edge.bytes},
                                     {"copied", edge.copied}});
    }
    document["batches"] = nlohmann::json::array();
    for (const PlannedBatch& planned : built.plan.batches) {
        document["batches"].push_back(
            {{"backend", built.backends[planned.backend]}, {"kernels", planned.kernels.size()}});
    }
    return document.dump(2) + "\n";
}

bool assert_zero_copy(Session& session, const BuiltShow& built) {
    bool holds = true;
    for (const EdgeRecord& edge : built.edges) {
        if (edge.path == "getter") {
            auto& diagnostic = session.diagnostics().add(
                Code::not_zero_copy, {}, {edge.strand, edge.producer, edge.consumer, edge.path});
            for (const std::string& reason : edge.refused) {
                diagnostic.note({}, "refused " + reason);
            }
            holds = false;
        }
    }
    return holds;
}

}  // namespace weft::driver

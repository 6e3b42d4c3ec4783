#include "driver/explain.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace weft::driver {

namespace {

std::string time_text(double seconds) {
    return seconds == 0 ? "nothing" : fmt::format("{:.3f} ms", seconds * 1e3);
}

// The line of an edge, and under it why it is not a better one.
std::string edge_text(const EdgeRecord& edge) {
    std::string text =
        fmt::format("{}: {} -> {}  {}: {}{}  {} bytes shared, {} copied a frame\n", edge.strand,
                    edge.producer, edge.consumer, edge.path, edge.memory,
                    edge.lender.empty() ? "" : " of " + edge.lender, edge.bytes, edge.copied);
    if (edge.path == "duplicate" || edge.path == "internal") {
        return text;
    }
    text += fmt::format("    {}{}{}, predicted {} a frame", edge.layout,
                        edge.layout.empty() ? "" : ", ", edge.sync, time_text(edge.predicted));
    if (edge.measured) {
        text +=
            fmt::format(", measured {} for {} KiB", time_text(*edge.measured), kTrialBytes / 1024);
    }
    text += '\n';
    if (!edge.latency.empty()) {
        text += fmt::format("    latency {}\n", edge.latency);
    }
    for (const std::string& reason : edge.refused) {
        text += fmt::format("    refused {}\n", reason);
    }
    return text;
}

// Edges through which no byte is copied for the sake of another back end.
bool is_zero_copy(const EdgeRecord& edge) {
    const bool reads_back = edge.path == "getter" && edge.memory != kGather;
    return edge.copied == 0 && !reads_back;
}

}  // namespace

std::string explain_text(const BuiltShow& built) {
    std::string text;
    for (const EdgeRecord& edge : built.edges) {
        text += edge_text(edge);
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
                                     {"memory", edge.memory},
                                     {"lender", edge.lender},
                                     {"layout", edge.layout},
                                     {"sync", edge.sync},
                                     {"refused", edge.refused},
                                     {"bytes", edge.bytes},
                                     {"copied", edge.copied},
                                     {"predicted_seconds", edge.predicted},
                                     {"latency", edge.latency}});
        nlohmann::json& line = document["edges"].back();
        line["measured_seconds"] = edge.measured ? nlohmann::json(*edge.measured) : nullptr;
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
        if (is_zero_copy(edge)) {
            continue;
        }
        auto& diagnostic = session.diagnostics().add(
            Code::not_zero_copy, {},
            {edge.strand, edge.producer, edge.consumer, edge.path + " (" + edge.memory + ")"});
        for (const std::string& reason : edge.refused) {
            diagnostic.note({}, "refused " + reason);
        }
        holds = false;
    }
    return holds;
}

}  // namespace weft::driver

#include "driver/compile/explain.h"

#include <algorithm>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "driver/compile/device_memory.h"
#include "plugin/search.h"

namespace weft::driver {

namespace {

std::string time_text(double seconds) {
    return seconds == 0 ? "nothing" : fmt::format("{:.3f} ms", seconds * 1e3);
}

std::string origin_text(const Measured& measured) {
    return measured.remembered
               ? fmt::format("remembered from {:%Y-%m-%d}", fmt::gmtime(*measured.remembered))
               : "tried";
}

std::string crossing_text(const EdgeRecord& edge) {
    return edge.crossing.empty() ? "" : fmt::format("    crosses: {}\n", edge.crossing);
}

// What a user reads on about it; the table there has the reasons of the ledger.
std::string why_copied() {
    return plugin::page_of_the_manual("docs/sdk/why-copied.md") +
           " says what to do about each reason";
}

// The line of an edge, and under it why it is not a better one.
std::string edge_text(const EdgeRecord& edge) {
    std::string text =
        fmt::format("{}: {} -> {}  {}: {}{}  {} bytes shared, {} copied a frame\n", edge.strand,
                    edge.producer, edge.consumer, edge.path, edge.memory,
                    edge.lender.empty() ? "" : " of " + edge.lender, edge.bytes, edge.copied);
    if (edge.path == "duplicate" || edge.path == "internal") {
        return text + crossing_text(edge);
    }
    text += fmt::format("    {}{}{}, predicted {} a frame", edge.layout,
                        edge.layout.empty() ? "" : ", ", edge.sync, time_text(edge.predicted));
    if (edge.measured) {
        text += fmt::format(", measured {} for {} KiB, {}", time_text(edge.measured->seconds),
                            kTrialBytes / 1024, origin_text(*edge.measured));
    }
    text += '\n';
    text += crossing_text(edge);
    if (!edge.latency.empty()) {
        text += fmt::format("    latency {}\n", edge.latency);
    }
    for (const std::string& reason : edge.refused) {
        text += fmt::format("    refused {}\n", reason);
    }
    return text;
}

nlohmann::json edge_json(const EdgeRecord& edge) {
    nlohmann::json line = {{"strand", edge.strand},     {"producer", edge.producer},
                           {"consumer", edge.consumer}, {"path", edge.path},
                           {"memory", edge.memory},     {"lender", edge.lender},
                           {"layout", edge.layout},     {"sync", edge.sync},
                           {"refused", edge.refused},   {"bytes", edge.bytes},
                           {"copied", edge.copied},     {"predicted_seconds", edge.predicted},
                           {"latency", edge.latency}};
    line["measured_seconds"] = edge.measured ? nlohmann::json(edge.measured->seconds) : nullptr;
    line["crosses"] =
        edge.crossing.empty() ? nlohmann::json(nullptr) : nlohmann::json(edge.crossing);
    line["trial"] = edge.measured ? nlohmann::json(origin_text(*edge.measured)) : nullptr;
    return line;
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
    if (!std::all_of(built.edges.begin(), built.edges.end(), is_zero_copy)) {
        text += fmt::format("why an edge is copied: {}\n", why_copied());
    }
    for (const EdgeRecord& delivery : built.deliveries) {
        text += edge_text(delivery);
    }
    std::size_t batch = 0;
    for (const PlannedBatch& planned : built.plan.batches) {
        text += fmt::format("batch {}: {}, {} kernel{}\n", batch++, built.backends[planned.backend],
                            planned.kernels.size(), planned.kernels.size() == 1 ? "" : "s");
    }
    return text + device_memory_text(*built.show);
}

std::string explain_json(Session& session, const BuiltShow* built) {
    nlohmann::json document;
    document["diagnostics"] = nlohmann::json::parse(session.tell_json());
    nlohmann::json& edges = document["edges"] = nlohmann::json::array();
    nlohmann::json& delivered = document["deliveries"] = nlohmann::json::array();
    nlohmann::json& batches = document["batches"] = nlohmann::json::array();
    if (built != nullptr) {
        for (const EdgeRecord& edge : built->edges) {
            edges.push_back(edge_json(edge));
        }
        for (const EdgeRecord& delivery : built->deliveries) {
            delivered.push_back(edge_json(delivery));
        }
        for (const PlannedBatch& planned : built->plan.batches) {
            batches.push_back({{"backend", built->backends[planned.backend]},
                               {"kernels", planned.kernels.size()}});
        }
        document["device_memory"] = device_memory_json(*built->show);
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
        diagnostic.suggest(why_copied());
        holds = false;
    }
    return holds;
}

}  // namespace weft::driver

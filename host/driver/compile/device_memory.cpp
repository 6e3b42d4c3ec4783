#include "driver/compile/device_memory.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include <fmt/format.h>

#include "plugin/extensions.h"

namespace weft::driver {
namespace {

struct Told {
    std::string backend;
    weft_residency memory{};
};

std::vector<Told> ask(const runtime::Show& show) {
    std::vector<plugin::Backend*> asked;
    std::vector<Told> told;
    for (const runtime::Step& step : show.steps) {
        plugin::Backend* backend = step.backend.backend;
        if (std::find(asked.begin(), asked.end(), backend) != asked.end()) {
            continue;
        }
        asked.push_back(backend);
        if (const auto memory = plugin::residency_of(*backend)) {
            told.push_back({backend->name(), *memory});
        }
    }
    return told;
}

std::string megabytes(std::uint64_t bytes) {
    return fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6);
}

}  // namespace

std::string device_memory_text(const runtime::Show& show) {
    std::string text;
    for (const auto& [backend, memory] : ask(show)) {
        text += fmt::format(
            "memory of {} ({}): {} resident, {} kept for later, {} spilled to host "
            "memory; {} of {} in use\n",
            backend, memory.device, megabytes(memory.resident), megabytes(memory.kept),
            megabytes(memory.spilled), megabytes(memory.used), megabytes(memory.limit));
        if (memory.largest[0] != '\0') {
            text += fmt::format("    most is held by {}\n", memory.largest);
        }
    }
    return text;
}

nlohmann::json device_memory_json(const runtime::Show& show) {
    nlohmann::json list = nlohmann::json::array();
    for (const auto& [backend, memory] : ask(show)) {
        list.push_back({{"backend", backend},
                        {"device", memory.device},
                        {"resident", memory.resident},
                        {"kept", memory.kept},
                        {"spilled", memory.spilled},
                        {"moves", memory.moves},
                        {"used", memory.used},
                        {"limit", memory.limit},
                        {"largest", memory.largest}});
    }
    return list;
}

}  // namespace weft::driver

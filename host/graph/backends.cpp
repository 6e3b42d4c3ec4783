// The table of back ends.
#include <nlohmann/json.hpp>

#include "base/contexts.h"
#include "graph/arrangement.h"

namespace weft::graph {
namespace {

using nlohmann::json;

std::optional<std::uint32_t> context_of(std::string_view name) {
    for (std::uint32_t context = 0; context < WEFT_CONTEXT_COUNT; ++context)
        if (context_name(context) == name) return context;
    return std::nullopt;
}

Error wrong(const std::string& message) {
    return {WEFT_INVALID, "table of back ends: " + message};
}

Result<Backend> read_backend(const json& row) {
    Backend result;
    if (!row.is_object() || !row.contains("name") || !row["name"].is_string())
        return wrong("each back end is an object with a name");
    result.name = row["name"];
    for (const json& context : row.value("contexts", json::array())) {
        const auto known =
            context.is_string() ? context_of(context.get<std::string>()) : std::nullopt;
        if (!known)
            return wrong("'" + result.name + "' names an unknown context " + context.dump());
        result.contexts |= 1u << *known;
    }
    for (const json& builtin : row.value("builtins", json::array())) {
        if (!builtin.is_string()) return wrong("a builtin is a text, not " + builtin.dump());
        result.builtins.push_back(builtin);
    }
    const json score = row.value("score", json(0));
    const json available = row.value("available", json(true));
    if (!score.is_number() || !available.is_boolean())
        return wrong("'" + result.name + "': score is a number, available true or false");
    result.score = score.get<int>();
    result.available = available.get<bool>();
    return result;
}

Result<BackendTable> read_table(const json& document) {
    BackendTable table;
    if (!document.is_object()) return wrong("it is not a JSON object");
    for (const json& row : document.value("backends", json::array())) {
        Result<Backend> backend = read_backend(row);
        if (!backend) return backend.error();
        table.backends.push_back(*std::move(backend));
    }
    const json contexts = document.value("contexts", json::object());
    for (const auto& [name, backend] : contexts.items()) {
        const auto context = context_of(name);
        if (!context || !backend.is_string()) return wrong("unknown context '" + name + "'");
        table.for_context[*context] = backend;
    }
    const json owners = document.value("owners", json::object());
    for (const auto& [node, backend] : owners.items()) {
        if (!backend.is_string()) return wrong("the owner of '" + node + "' is a text");
        table.for_node[node] = backend;
    }
    return table;
}

}  // namespace

Result<BackendTable> read_backends(std::string_view text) {
    try {
        return read_table(json::parse(text));
    } catch (const json::exception& error) {
        return wrong(error.what());
    }
}

std::uint32_t BackendTable::named(std::string_view name) const {
    for (std::uint32_t i = 0; i < backends.size(); ++i)
        if (backends[i].name == name) return i;
    return kNone;
}

std::uint32_t BackendTable::serving(std::uint32_t context) const {
    const auto chosen = for_context.find(context);
    if (chosen != for_context.end()) return named(chosen->second);
    std::uint32_t best = kNone;
    for (std::uint32_t i = 0; i < backends.size(); ++i) {
        const Backend& backend = backends[i];
        if (!backend.available || (backend.contexts & (1u << context)) == 0) continue;
        if (best == kNone || backend.score > backends[best].score) best = i;
    }
    return best;
}

std::uint32_t BackendTable::at_home(std::string_view builtin) const {
    std::uint32_t best = kNone;
    for (std::uint32_t i = 0; i < backends.size(); ++i) {
        const Backend& backend = backends[i];
        const bool there = std::find(backend.builtins.begin(), backend.builtins.end(), builtin) !=
                           backend.builtins.end();
        if (!there || !backend.available) continue;
        if (best == kNone || backend.score > backends[best].score) best = i;
    }
    return best;
}

std::string_view crossing_name(Crossing crossing) {
    switch (crossing) {
        case Crossing::none: return "";
        case Crossing::ring: return "ring";
        case Crossing::held: return "slot, held";
        case Crossing::smoothed: return "slot, smoothed";
    }
    return "";
}

std::string_view tick_name(std::uint32_t context) {
    return context == WEFT_CONTEXT_AUDIO ? "sample" : "frame";
}

}  // namespace weft::graph

// `weft plugins`: what is there and what it can do, for people and as JSON.
#include <fmt/format.h>
#include <weft/backend.h>
#include <weft/writer.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "plugin/plugin.h"
#include "plugin/report.h"

namespace weft::plugin {

std::string_view state_name(State state) {
    switch (state) {
        case State::listed: return "listed";
        case State::ready: return "ready";
        case State::unavailable: return "unavailable";
        case State::broken: return "broken";
        case State::hidden: return "hidden";
    }
    return "";
}

std::vector<std::string> context_names(std::uint32_t mask) {
    std::vector<std::string> names;
    for (std::uint32_t c = 0; c < WEFT_CONTEXT_COUNT; ++c)
        if ((mask >> c & 1u) != 0) names.emplace_back(context_name(c));
    return names;
}

static std::vector<std::string> kind_names(std::uint32_t writes) {
    std::vector<std::string> names;
    if (writes & WEFT_WRITES_PICTURE) names.emplace_back("picture");
    if (writes & WEFT_WRITES_PICTURES) names.emplace_back("pictures");
    if (writes & WEFT_WRITES_SOUND) names.emplace_back("sound");
    if (writes & WEFT_WRITES_TABLE) names.emplace_back("table");
    return names;
}

nlohmann::json plugin_json(const PluginInfo& info) {
    nlohmann::json json = {{"name", info.manifest.name},
                           {"state", state_name(info.state)},
                           {"version", info.manifest.version},
                           {"summary", info.manifest.summary},
                           {"contexts", context_names(info.manifest.contexts)},
                           {"builtins", info.manifest.builtins},
                           {"sinks", info.manifest.sinks},
                           {"abi_min", info.manifest.abi_min},
                           {"abi_target", info.manifest.abi_target}};
    json["writes"] = nlohmann::json::array();
    for (const WriterFormat& f : info.manifest.formats)
        json["writes"].push_back(
            {{"extension", f.extension}, {"kinds", kind_names(f.writes)}, {"summary", f.summary}});
    json["library"] = info.library.empty() ? nlohmann::json() : nlohmann::json(info.library);
    json["available"] = info.state == State::ready;
    if (info.state == State::ready) json["score"] = info.score;
    if (info.state == State::ready || !info.device.empty()) json["device"] = info.device;
    if (!info.reason.empty()) json["reason"] = info.reason;
    if (!info.build_id.empty()) json["build"] = info.build_id;
    json["devices"] = nlohmann::json::array();
    for (const DeviceLine& device : info.devices) {
        json["devices"].push_back(
            {{"name", device.name}, {"score", device.score}, {"chosen", device.chosen}});
        if (!device.reason.empty()) json["devices"].back()["reason"] = device.reason;
    }
    return json;
}

// A document never fails to be written: what is not UTF-8 is replaced.
std::string to_text(const nlohmann::json& json) {
    return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

static std::string list_line(const char* title, const std::vector<std::string>& items) {
    return items.empty() ? "" : fmt::format("    {:<9} {}\n", title, fmt::join(items, " "));
}

// One device stands in the plugin's own line; of several each has its own.
static std::string device_lines(const PluginInfo& info) {
    if (info.devices.size() < 2) return "";
    std::string text;
    std::size_t number = 0;
    for (const DeviceLine& device : info.devices) {
        std::string state = device.reason;
        if (state.empty() && device.score != 0)
            state = fmt::format("score {}{}", device.score, device.chosen ? ", chosen" : "");
        text += fmt::format("    {:<9} {} {}{}{}\n", number == 0 ? "devices" : "", number,
                            device.name, state.empty() ? "" : ": ", state);
        ++number;
    }
    return text;
}

std::string plugin_text(const PluginInfo& info) {
    const std::string of = info.manifest.version.empty() ? "" : " " + info.manifest.version;
    std::string text = fmt::format("{}{}: {}", info.manifest.name, of, state_name(info.state));
    if (!info.device.empty()) text += ", " + info.device;
    if (info.state == State::ready && info.manifest.contexts != 0)
        text += fmt::format(", score {}", info.score);
    if (!info.reason.empty()) text += ": " + info.reason;
    text += '\n';
    if (!info.manifest.summary.empty()) text += fmt::format("    {}\n", info.manifest.summary);
    std::vector<std::string> formats;
    for (const WriterFormat& f : info.manifest.formats) formats.push_back("." + f.extension);
    text += device_lines(info);
    text += list_line("computes", context_names(info.manifest.contexts));
    text += list_line("opens", info.manifest.builtins);
    text += list_line("delivers", info.manifest.sinks);
    text += list_line("writes", formats);
    text += fmt::format("    {:<9} {}\n", "from", info.library.empty() ? "built in" : info.library);
    return text;
}

std::string plugins_text(PluginSet& plugins) {
    plugins.probe_all();
    std::string text;
    for (const PluginInfo& info : plugins.list()) text += plugin_text(info);
    return text;
}

std::string plugins_json(PluginSet& plugins) {
    plugins.probe_all();
    nlohmann::json json;
    json["plugins"] = nlohmann::json::array();
    for (const PluginInfo& info : plugins.list()) json["plugins"].push_back(plugin_json(info));
    json["searched"] = nlohmann::json::array();
    for (const SearchPath& path : plugins.searched())
        json["searched"].push_back(
            {{"directory", path.directory}, {"origin", path.origin}, {"exists", path.exists}});
    return to_text(json);
}

}  // namespace weft::plugin

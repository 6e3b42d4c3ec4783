// Pieces that `weft plugins` and `weft doctor` share.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "plugin/plugin.h"

namespace weft::plugin {

[[nodiscard]] std::string_view state_name(State state);
[[nodiscard]] std::vector<std::string> context_names(std::uint32_t mask);
[[nodiscard]] nlohmann::json plugin_json(const PluginInfo& info);
[[nodiscard]] std::string plugin_text(const PluginInfo& info);
[[nodiscard]] std::string to_text(const nlohmann::json& json);

}  // namespace weft::plugin

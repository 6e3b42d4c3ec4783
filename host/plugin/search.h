// Where plugins are, and which files there may be one.
#pragma once

#include <string>
#include <vector>

#include "plugin/plugin.h"

namespace weft::plugin {

[[nodiscard]] std::vector<SearchPath> search_paths(const PluginOptions& options);

// A candidate: NAME.json, NAME.so, or both.
struct Found {
    std::string name;
    std::string manifest;  // path, "" if there is none
    std::string library;   // path, "" if there is none
};

// In the order of the paths, then by name. A directory that stands twice counts once.
[[nodiscard]] std::vector<Found> find_plugins(const std::vector<SearchPath>& paths);

}  // namespace weft::plugin

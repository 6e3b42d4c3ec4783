// What is installed beside this: plugins, and which files may be one; pages.
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

// Where a page is, which the source has as "docs/sdk/errors.md": in the prefix that this was
// installed in; where it is not installed, as the source has it.
[[nodiscard]] std::string page_of_the_manual(const std::string& page);

}  // namespace weft::plugin

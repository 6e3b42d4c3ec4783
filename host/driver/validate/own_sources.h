// Sources that a plugin brought with it, as its manifest declares them, with arguments to open
// them.
#pragma once

#include <string>
#include <vector>

#include "plugin/manifest.h"

namespace weft::validate {

// Those of which the manifest has an example that can be opened here: paths in it are whole, and
// the files are there. `manifest`: the path of NAME.json; "": there is none.
[[nodiscard]] std::vector<plugin::OwnBuiltin> own_sources(const std::string& manifest);

}  // namespace weft::validate

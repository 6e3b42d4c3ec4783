// What the back ends of a show hold of their devices' memory: for `weft explain` and `--stats`.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "runtime/show.h"

namespace weft::driver {

// A line for each back end that tells.
[[nodiscard]] std::string device_memory_text(const runtime::Show& show);
[[nodiscard]] nlohmann::json device_memory_json(const runtime::Show& show);

}  // namespace weft::driver

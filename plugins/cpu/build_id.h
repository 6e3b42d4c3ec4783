// Which build of this plugin is running: code that another build has compiled is not ours.
#pragma once

#include <string>

namespace weft::cpu {

// The linker's build id of this library, its bytes as they are; empty if it has none.
[[nodiscard]] std::string build_id();

}  // namespace weft::cpu

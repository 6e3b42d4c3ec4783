// Files that are read whole.
#pragma once

#include <string>

#include "base/result.h"

namespace weft {

// The bytes, or why they cannot be had, in words that follow "cannot read FILE: ".
[[nodiscard]] Result<std::string> read_file(const std::string& path);

// The same of a program; what holds a zero byte is something else, named by mistake, and every
// further message about it would be noise.
[[nodiscard]] Result<std::string> read_program(const std::string& path);

}  // namespace weft

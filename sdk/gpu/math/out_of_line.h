// Functions that a text calls too often for a compiler to write them out at every call.
#pragma once

#include <string>
#include <string_view>

#include "gpu/kernel_text.h"

namespace weft::gpu {

// Definitions of functions, of which those that `calls` would make too much of are not inlined.
// GLSL has no such word.
[[nodiscard]] std::string out_of_line(std::string functions, std::string_view calls,
                                      const TextOptions& options);

}  // namespace weft::gpu

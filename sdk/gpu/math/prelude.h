// The types and macros that the neutral texts are written with, in each language.
#pragma once

#include <string>

#include "gpu/kernel_text.h"

namespace weft::gpu {

// Of the language's own lanes, OpenCL's; in GLSL of one.
[[nodiscard]] std::string math_types(const TextOptions& options);

// GLSL, after the functions: the same words for several lanes.
[[nodiscard]] std::string math_lanes(std::uint32_t lanes);

}  // namespace weft::gpu

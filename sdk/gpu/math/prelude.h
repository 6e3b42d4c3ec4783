// The types and macros that the neutral texts are written with, in each language.
#pragma once

#include <string>

#include "gpu/kernel_text.h"

namespace weft::gpu {

[[nodiscard]] std::string math_types(const TextOptions& options);

}  // namespace weft::gpu

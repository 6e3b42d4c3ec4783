// How a driver's own functions are called.
#pragma once

#include <cstdint>
#include <string_view>

#include "gpu/kernel_text.h"

namespace weft::gpu {

struct NativeFunction {
    // An expression of a, b, c; "" where the language has none that could do.
    std::string_view single, in_double;
};

[[nodiscard]] NativeFunction native_function(Target target, std::uint32_t op);

}  // namespace weft::gpu

// Axes of grids.
#pragma once

#include <weft/grid.h>

#include <cstdint>

namespace weft::cpp {

// `count` pixels that fill 0..1, each value in the middle of its pixel, linear between two;
// `stride` bytes from one to the next; WEFT_WRAP_* outside.
[[nodiscard]] inline weft_axis picture_axis(std::uint32_t field, std::uint64_t count,
                                            std::int64_t stride,
                                            std::uint32_t wrap = WEFT_WRAP_CLAMP) {
    weft_axis axis = {};
    axis.field = field;
    axis.filter = WEFT_FILTER_LINEAR;
    axis.wrap = wrap;
    axis.count = count;
    axis.origin = 0.5 / static_cast<double>(count);
    axis.step = 1.0 / static_cast<double>(count);
    axis.stride = stride;
    return axis;
}

}  // namespace weft::cpp

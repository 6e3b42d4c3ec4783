// How a grid lies in memory, and in words.
#pragma once

#include <cstdint>
#include <string>

#include <weft/grid.h>

namespace weft::gpu {

[[nodiscard]] std::uint64_t element_size(std::uint32_t format);
// The RING axis, or null.
[[nodiscard]] const weft_axis* ring_of(const weft_grid& grid);
// 0 <= slot < capacity; 0 where there is no ring.
[[nodiscard]] std::uint64_t slot_of(const weft_grid& grid, std::int64_t tick);

// Bytes of a grid around the first byte of channel 0: [begin, end), begin <= 0.
struct Extent {
    std::int64_t begin = 0;
    std::int64_t end = 0;
};
[[nodiscard]] Extent extent_of(const weft_grid& grid);

// "3840 x 2160, 60 ticks"
[[nodiscard]] std::string describe(const weft_grid& grid);
[[nodiscard]] std::string megabytes(std::uint64_t bytes);

}  // namespace weft::gpu

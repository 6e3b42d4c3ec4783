#include "gpu/grid_memory.h"

#include <algorithm>

#include "eval/eval.h"

namespace weft::gpu {

std::uint64_t element_size(std::uint32_t format) {
    return format == WEFT_FORMAT_F64 || format == WEFT_FORMAT_RGBA16 ? 8 : 4;
}

const weft_axis* ring_of(const weft_grid& grid) {
    for (std::uint32_t a = 0; a < grid.axis_count; ++a)
        if (grid.axes[a].wrap == WEFT_WRAP_RING) return &grid.axes[a];
    return nullptr;
}

std::uint64_t slot_of(const weft_grid& grid, std::int64_t tick) {
    const weft_axis* ring = ring_of(grid);
    return ring == nullptr || ring->capacity == 0 ? 0 : weft_grid_slot(ring, tick);
}

Extent extent_of(const weft_grid& grid) {
    Extent extent{0, static_cast<std::int64_t>(element_size(grid.format))};
    const auto add = [&](std::uint64_t count, std::int64_t stride) {
        if (count < 2) return;
        const std::int64_t last = static_cast<std::int64_t>(count - 1) * stride;
        (last < 0 ? extent.begin : extent.end) += last;
    };
    for (std::uint32_t a = 0; a < grid.axis_count; ++a) {
        const weft_axis& axis = grid.axes[a];
        add(axis.wrap == WEFT_WRAP_RING ? axis.capacity : axis.count, axis.stride);
    }
    add(grid.channels, grid.channel_stride);
    return extent;
}

std::string describe(const weft_grid& grid) {
    std::string text;
    for (std::uint32_t a = 0; a < grid.axis_count; ++a) {
        const weft_axis& axis = grid.axes[a];
        const bool ring = axis.wrap == WEFT_WRAP_RING;
        if (a != 0) text += ring ? ", " : " x ";
        text += std::to_string(axis.count);
        if (ring) text += axis.count == 1 ? " tick" : " ticks";
    }
    return text;
}

std::string megabytes(std::uint64_t bytes) {
    constexpr std::uint64_t kMega = 1'000'000;
    if (bytes < kMega) return std::to_string(bytes) + " bytes";
    return std::to_string((bytes + kMega / 2) / kMega) + " MB";
}

}  // namespace weft::gpu

#include "plugin/reference_memory.h"

#include <weft/cpp/points.hpp>
#include <weft/cpp/text.hpp>

#include <algorithm>
#include <limits>

#include "eval/eval.h"

namespace weft::plugin::reference {

weft_grid Cache::laid_out(const weft_grid& wanted, std::uint64_t block) {
    weft_grid grid = wanted;
    std::uint64_t count = 1;
    grid.format = WEFT_FORMAT_F64;
    for (std::uint32_t i = 0; i < grid.axis_count; ++i) {
        weft_axis& axis = grid.axes[i];
        axis.stride = static_cast<std::int64_t>(count * sizeof(double));
        std::uint64_t points = axis.count;
        if (axis.wrap == WEFT_WRAP_RING)
            points = axis.capacity = std::max(axis.count + block, axis.capacity);
        constexpr std::uint64_t kMost = std::uint64_t{1} << 36;
        if (points == 0 || count > kMost / points)
            throw cpp::Failure(WEFT_INVALID, "the cache is empty or too large");
        count *= points;
    }
    grid.channel_stride = static_cast<std::int64_t>(count * sizeof(double));
    return grid;
}

Cache::Cache(cpp::Host host, const weft_grid& laid_out) : grid_(laid_out) {
    const auto plane = static_cast<std::uint64_t>(grid_.channel_stride);
    memory_ = host.allocate(plane * std::max(1u, grid_.channels),
                            WEFT_MEMORY_SHARED | WEFT_MEMORY_ZEROED);
    view_.data = memory_.data();
    view_.tick = -1;
}

const weft_axis* Cache::ring() const {
    for (std::uint32_t i = 0; i < grid_.axis_count; ++i)
        if (grid_.axes[i].wrap == WEFT_WRAP_RING) return &grid_.axes[i];
    return nullptr;
}

void Cache::captured(std::int64_t tick) {
    view_.tick = tick;
    ++view_.generation;
}

static std::int64_t now_of(const weft_grid& grid, const Now& now) {
    for (std::uint32_t i = 0; i < grid.axis_count; ++i)
        if (grid.axes[i].wrap == WEFT_WRAP_RING)
            return now.ticks[grid.axes[i].tick == WEFT_TICK_SAMPLE ? 1 : 0];
    return 0;
}

double Reader::read(const double* coords, std::uint32_t count, const Now& now, const double* fields,
                    const double* params) const {
    if (grid) return weft_grid_read(grid, view->data, now_of(*grid, now), channel, coords);
    // A getter is asked at the point itself, moved to the operands.
    double moved[WEFT_FIELD_COUNT];
    std::copy_n(fields, static_cast<std::size_t>(WEFT_FIELD_COUNT), moved);
    moved[WEFT_FIELD_ABSFRAME] = static_cast<double>(now.ticks[WEFT_TICK_FRAME]);
    moved[WEFT_FIELD_ABSSAMPLE] = static_cast<double>(now.ticks[WEFT_TICK_SAMPLE]);
    double own = 0;
    for (std::uint32_t i = 0; i < count && i < binding.handle.grid.axis_count; ++i) {
        const std::uint32_t field = binding.handle.grid.axes[i].field;
        if (field < WEFT_FIELD_COUNT)
            moved[field] = coords[i];
        else
            own = coords[i];
    }
    const weft_points points = cpp::one_point(moved, &own, params);
    double value = 0;
    weft_error error{};
    error.struct_size = sizeof error;
    const weft_status status = binding.get_values(binding.getter, &points, &value, &error);
    return status == WEFT_OK ? value : std::numeric_limits<double>::quiet_NaN();
}

void index_of(const weft_grid& grid, std::uint64_t i, std::uint64_t j, std::uint64_t n,
              const Now& now, std::uint64_t* index) {
    for (std::uint32_t a = 0; a < grid.axis_count; ++a) {
        const weft_axis& axis = grid.axes[a];
        if (axis.wrap == WEFT_WRAP_RING)
            index[a] = weft_grid_slot(&axis, now_of(grid, now));
        else if (axis.field == WEFT_FIELD_X)
            index[a] = i;
        else if (axis.field == WEFT_FIELD_Y)
            index[a] = j;
        else
            index[a] = n;
    }
}

}  // namespace weft::plugin::reference

// The numbers of an opened source in shared memory: one plane an output, all on the same grid.
// Every output has a handle of its own, whose channel 0 is its plane.
#pragma once

#include "result.h"
#include "services.h"

#include <weft/backend.h>

#include <cstdint>
#include <vector>

namespace weft::media {

// Axes of a picture: x and y at pixel centres, rows one after the other.
void set_picture_axes(weft_grid& grid, uint64_t width, uint64_t height, uint32_t wrap);

// Bytes from one value to the next.
[[nodiscard]] uint64_t value_size(const weft_grid& grid);

class GridStore {
public:
    // The axes are set, with strides, and the format; channels are not.
    [[nodiscard]] Status allocate(const Services& services, const weft_grid& grid,
                                  uint32_t outputs);

    [[nodiscard]] const weft_grid& grid() const { return grid_; }
    [[nodiscard]] uint32_t outputs() const { return static_cast<uint32_t>(views_.size()); }
    // Plane 0; plane i is i * plane_bytes() further on.
    [[nodiscard]] void* data() const { return memory_.data(); }
    [[nodiscard]] float* floats() const { return static_cast<float*>(memory_.data()); }
    [[nodiscard]] uint64_t plane_bytes() const { return plane_bytes_; }
    [[nodiscard]] uint64_t plane_floats() const { return plane_bytes_ / sizeof(float); }

    // The contents have changed.
    void touch();

    [[nodiscard]] weft_handle handle(uint32_t output) const;
    // Reads the grid at points, by the fields of its axes.
    void read(uint32_t output, const weft_points& points, double* values) const;
    // The same for `count` of the points only, those numbered in `which`.
    void read_some(uint32_t output, const weft_points& points, const uint64_t* which,
                   uint64_t count, double* values) const;

private:
    [[nodiscard]] double read_point(uint32_t output, const weft_points& points,
                                    uint64_t point) const;

    Memory memory_;
    weft_grid grid_ = {};
    std::vector<weft_view> views_;
    uint64_t plane_bytes_ = 0;
};

}  // namespace weft::media

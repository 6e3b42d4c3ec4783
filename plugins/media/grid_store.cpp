#include "grid_store.h"

#include <eval/eval.h>

#include <algorithm>
#include <weft/cpp/grid.hpp>

namespace weft::media {

namespace {

// Planes begin on pages, so that each can be imported by another API.
constexpr uint64_t kPage = 4096;

double coordinate(const weft_points& points, uint32_t field, uint64_t point) {
    const double* const many = points.fields[field];
    return many ? many[point] : points.constants[field];
}

}  // namespace

void set_picture_axes(weft_grid& grid, uint64_t width, uint64_t height, uint32_t wrap) {
    grid.format = WEFT_FORMAT_F32;
    grid.axis_count = 2;
    grid.axes[0] = cpp::picture_axis(WEFT_FIELD_X, width, sizeof(float), wrap);
    grid.axes[1] =
        cpp::picture_axis(WEFT_FIELD_Y, height, static_cast<int64_t>(width * sizeof(float)), wrap);
}

uint64_t value_size(const weft_grid& grid) {
    return grid.format == WEFT_FORMAT_F64 ? sizeof(double) : sizeof(float);
}

Status GridStore::allocate(const Services& services, const weft_grid& grid, uint32_t outputs) {
    grid_ = grid;
    grid_.channels = 1;
    uint64_t bytes = value_size(grid);
    for (uint32_t i = 0; i < grid.axis_count; ++i) bytes *= grid.axes[i].count;
    plane_bytes_ = (bytes + kPage - 1) / kPage * kPage;
    grid_.channel_stride = static_cast<int64_t>(plane_bytes_);
    if (Status status = memory_.allocate(services, plane_bytes_ * outputs, WEFT_MEMORY_ZEROED);
        !status.ok())
        return status;
    views_.resize(outputs);
    for (uint32_t i = 0; i < outputs; ++i)
        views_[i].data = static_cast<const char*>(memory_.data()) + i * plane_bytes_;
    touch();
    return {};
}

void GridStore::touch() {
    for (weft_view& view : views_) ++view.generation;
}

weft_handle GridStore::handle(uint32_t output) const {
    weft_handle handle = {};
    handle.struct_size = sizeof handle;
    handle.kind = WEFT_HANDLE_HOST;
    handle.grid = grid_;
    handle.view = &views_[output];
    handle.memory_fd = memory_.block().fd;
    handle.memory_offset = output * plane_bytes_;
    handle.memory_size = memory_.block().size;
    return handle;
}

double GridStore::read_point(uint32_t output, const weft_points& points, uint64_t point) const {
    double coords[WEFT_MAX_AXES] = {};
    for (uint32_t i = 0; i < grid_.axis_count; ++i)
        coords[i] = coordinate(points, grid_.axes[i].field, point);
    return weft_grid_read(&grid_, views_[output].data, 0, 0, coords);
}

void GridStore::read(uint32_t output, const weft_points& points, double* values) const {
    for (uint64_t i = 0; i < points.count; ++i) values[i] = read_point(output, points, i);
}

void GridStore::read_some(uint32_t output, const weft_points& points, const uint64_t* which,
                          uint64_t count, double* values) const {
    for (uint64_t i = 0; i < count; ++i) values[which[i]] = read_point(output, points, which[i]);
}

}  // namespace weft::media

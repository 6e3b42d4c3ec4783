// A finished picture in the host's memory, read row by row in whatever form a file wants.
#pragma once

#include <cstdint>
#include <span>

namespace weft::media {

struct Raster {
    const void* pixels = nullptr;
    uint32_t format = 0;  // WEFT_FORMAT_RGBA8, _RGBA16 or _F32 (planes r, g, b, a)
    uint64_t width = 0;
    uint64_t height = 0;
    uint64_t row_stride = 0;    // bytes
    uint64_t plane_stride = 0;  // bytes, F32 only
};

// Row y as r, g, b, a interleaved: width * 4 numbers. Rounded half up and clamped as sinks are.
void read_row(const Raster& raster, uint64_t y, std::span<uint8_t> rgba);
void read_row(const Raster& raster, uint64_t y, std::span<uint16_t> rgba);
// Channel c of row y: width numbers, f32 as they are.
void read_channel(const Raster& raster, uint64_t y, uint32_t c, std::span<float> row);

}  // namespace weft::media

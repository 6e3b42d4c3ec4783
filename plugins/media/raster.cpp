#include "raster.h"

#include <weft/grid.h>

#include <cstring>

namespace weft::media {

namespace {

template <class T>
const T* row_of(const Raster& raster, uint64_t y, uint64_t plane = 0) {
    const auto* base = static_cast<const char*>(raster.pixels);
    return reinterpret_cast<const T*>(base + plane * raster.plane_stride + y * raster.row_stride);
}

// Written so that NaN fails both comparisons' first and becomes 0.
template <class T>
T quantise(float value, float scale) {
    const float clamped = value > 0.0f ? (value < 1.0f ? value : 1.0f) : 0.0f;
    return static_cast<T>(static_cast<int32_t>(clamped * scale + 0.5f));
}

template <class T>
void quantise_row(const Raster& raster, uint64_t y, T* rgba, float scale) {
    for (uint64_t c = 0; c < 4; ++c) {
        const float* from = row_of<float>(raster, y, c);
        for (uint64_t x = 0; x < raster.width; ++x) rgba[4 * x + c] = quantise<T>(from[x], scale);
    }
}

}  // namespace

void read_row(const Raster& raster, uint64_t y, std::span<uint8_t> rgba) {
    const uint64_t count = raster.width * 4;
    switch (raster.format) {
        case WEFT_FORMAT_RGBA8: std::memcpy(rgba.data(), row_of<uint8_t>(raster, y), count); break;
        case WEFT_FORMAT_RGBA16: {
            const uint16_t* from = row_of<uint16_t>(raster, y);
            // round(v * 255 / 65535), exactly
            for (uint64_t i = 0; i < count; ++i)
                rgba[i] = static_cast<uint8_t>((from[i] * 255u + 32767u) / 65535u);
            break;
        }
        default: quantise_row(raster, y, rgba.data(), 255.0f);
    }
}

void read_row(const Raster& raster, uint64_t y, std::span<uint16_t> rgba) {
    const uint64_t count = raster.width * 4;
    switch (raster.format) {
        case WEFT_FORMAT_RGBA16:
            std::memcpy(rgba.data(), row_of<uint16_t>(raster, y), count * sizeof(uint16_t));
            break;
        case WEFT_FORMAT_RGBA8: {
            const uint8_t* from = row_of<uint8_t>(raster, y);
            for (uint64_t i = 0; i < count; ++i) rgba[i] = static_cast<uint16_t>(from[i] * 257u);
            break;
        }
        default: quantise_row(raster, y, rgba.data(), 65535.0f);
    }
}

void read_channel(const Raster& raster, uint64_t y, uint32_t c, std::span<float> row) {
    switch (raster.format) {
        case WEFT_FORMAT_RGBA8: {
            const uint8_t* from = row_of<uint8_t>(raster, y) + c;
            for (uint64_t x = 0; x < raster.width; ++x)
                row[x] = static_cast<float>(from[4 * x]) / 255.0f;
            break;
        }
        case WEFT_FORMAT_RGBA16: {
            const uint16_t* from = row_of<uint16_t>(raster, y) + c;
            for (uint64_t x = 0; x < raster.width; ++x)
                row[x] = static_cast<float>(from[4 * x]) / 65535.0f;
            break;
        }
        default: std::memcpy(row.data(), row_of<float>(raster, y, c), raster.width * sizeof(float));
    }
}

}  // namespace weft::media

#include "test_picture.h"

#include "film_index.h"

#include <algorithm>
#include <cmath>

namespace weft::media {

namespace {

// Of the height, from the bottom.
constexpr uint64_t kBlocksPart = 8;

// Bar 0 is white: each of the three colours is left out in its own rhythm.
float bar(uint64_t number, uint32_t channel) {
    constexpr uint64_t kRhythm[] = {2, 4, 1};  // r g b
    return channel < 3 && (number & kRhythm[channel]) != 0 ? 0.0f : 1.0f;
}

}  // namespace

// Before time 0 it stands still.
uint64_t TestPicture::frame_at(double time) const {
    constexpr double kMost = 0x1p53;
    const double number = std::floor(time * fps_ + FilmIndex::kEarly);
    return number > 0 ? static_cast<uint64_t>(std::min(number, kMost)) : 0;
}

Status TestPicture::read(uint64_t frame, const Planes& planes) {
    const uint64_t moved = frame % kFramesAcross * width_ / kFramesAcross;
    const uint64_t blocks_from = height_ - height_ / kBlocksPart;
    for (uint32_t c = 0; c < planes.count; ++c) {
        float* const plane = planes.data + c * planes.plane_stride;
        for (uint64_t x = 0; x < width_; ++x) {
            plane[x] = bar((x + moved) % width_ * kBars / width_, c);
        }
        for (uint64_t y = 1; y < blocks_from; ++y) std::copy_n(plane, width_, plane + y * width_);
        if (blocks_from == height_) continue;
        float* const blocks = plane + blocks_from * width_;
        for (uint64_t x = 0; x < width_; ++x) {
            const uint64_t bit = kBits - 1 - x * kBits / width_;
            blocks[x] = c == 3 || (frame >> bit & 1) != 0 ? 1.0f : 0.0f;
        }
        for (uint64_t y = blocks_from + 1; y < height_; ++y)
            std::copy_n(blocks, width_, plane + y * width_);
    }
    return {};
}

}  // namespace weft::media

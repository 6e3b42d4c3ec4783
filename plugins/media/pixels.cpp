#include "pixels.h"

#include "pixel_rows.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace weft::media {

namespace {

// Enough bands that uneven threads even out, few enough that scratch memory stays small.
constexpr uint64_t kBandsPerThread = 2;

// Where row y of the stored picture lands in the upright one: first element and distance between
// neighbours, in floats.
struct Placement {
    int64_t first;
    int64_t step;
};

Placement place_row(Orientation o, const Planes& planes, int64_t y) {
    const auto width = static_cast<int64_t>(planes.width);
    const auto height = static_cast<int64_t>(planes.height);
    if (!o.transpose) {
        const int64_t row = (o.flip_y ? height - 1 - y : y) * width;
        return o.flip_x ? Placement{row + width - 1, -1} : Placement{row, 1};
    }
    const int64_t column = o.flip_x ? width - 1 - y : y;
    return o.flip_y ? Placement{(height - 1) * width + column, -width} : Placement{column, width};
}

void scatter(const float* from, float* plane, Placement at, int64_t count) {
    if (at.step == 1) {
        std::memcpy(plane + at.first, from, static_cast<size_t>(count) * sizeof(float));
        return;
    }
    for (int64_t i = 0; i < count; ++i) plane[at.first + i * at.step] = from[i];
}

}  // namespace

Orientation orientation_from_exif(int value) {
    switch (value) {
        case 2: return {false, true, false};
        case 3: return {false, true, true};
        case 4: return {false, false, true};
        case 5: return {true, false, false};
        case 6: return {true, true, false};
        case 7: return {true, true, true};
        case 8: return {true, false, true};
        default: return {};
    }
}

Orientation orientation_from_matrix(const int32_t* m) {
    // Row vectors: (x', y') = (x, y) * [[m0, m1], [m3, m4]]; only multiples of 90 degrees count.
    const bool transpose = std::abs(m[1]) > std::abs(m[0]);
    if (transpose) return {true, m[3] < 0, m[1] < 0};
    return {false, m[0] < 0, m[4] < 0};
}

Orientation orientation_of(const AVFrame& frame) {
    if (const AVDictionaryEntry* exif = av_dict_get(frame.metadata, "Orientation", nullptr, 0))
        return orientation_from_exif(std::atoi(exif->value));
    const AVFrameSideData* side = av_frame_get_side_data(&frame, AV_FRAME_DATA_DISPLAYMATRIX);
    constexpr size_t kMatrixBytes = 9 * sizeof(int32_t);
    if (!side || side->size < kMatrixBytes) return {};
    int32_t matrix[9];
    std::memcpy(matrix, side->data, sizeof matrix);
    return orientation_from_matrix(matrix);
}

Status PixelConverter::convert(const AVFrame& original, Orientation orientation,
                               const Planes& planes, const Services& services) {
    const AVFrame* frame = &original;
    if (!can_read_rows(static_cast<AVPixelFormat>(original.format))) {
        if (Status status = widen(original, scaler_, scaled_); !status.ok()) return status;
        frame = scaled_.get();
    }
    const uint64_t width = orientation.transpose ? planes.height : planes.width;
    const uint64_t height = orientation.transpose ? planes.width : planes.height;
    if (static_cast<uint64_t>(frame->width) != width ||
        static_cast<uint64_t>(frame->height) != height)
        return Failure{WEFT_INVALID, "the picture changes its size from " + std::to_string(width) +
                                         "x" + std::to_string(height) + " to " +
                                         std::to_string(frame->width) + "x" +
                                         std::to_string(frame->height)};

    const RowReader reader(*frame);
    const uint64_t bands = std::min(services.concurrency() * kBandsPerThread, height);
    scratch_.resize(std::max<size_t>(scratch_.size(), bands));
    services.parallel(bands, [&](uint64_t band) {
        std::vector<float>& scratch = scratch_[band];
        scratch.resize(reader.scratch_size());
        const uint64_t end = height * (band + 1) / bands;
        for (uint64_t y = height * band / bands; y < end; ++y) {
            const std::array<const float*, 4> rgba =
                reader.read(static_cast<int>(y), planes.count, scratch.data());
            const Placement at = place_row(orientation, planes, static_cast<int64_t>(y));
            for (uint32_t c = 0; c < planes.count; ++c)
                scatter(rgba[c], planes.data + c * planes.plane_stride, at,
                        static_cast<int64_t>(width));
        }
    });
    return {};
}

}  // namespace weft::media

// One row of a decoded picture, of whatever pixel format, as four rows of f32.
#pragma once

#include "ffmpeg.h"
#include "result.h"

#include <array>
#include <cstdint>
#include <vector>

namespace weft::media {

// Whether RowReader knows the format: all but hardware surfaces, Bayer patterns and the like.
[[nodiscard]] bool can_read_rows(AVPixelFormat format);

// Brings a format that RowReader does not know to 16 bits a component.
[[nodiscard]] Status widen(const AVFrame& frame, Owned<SwsContext>& scaler, Owned<AVFrame>& out);

// Reads any row in any order, from several threads when each brings its own scratch memory.
class RowReader {
public:
    explicit RowReader(const AVFrame& frame);

    // Floats that `scratch` must hold.
    [[nodiscard]] size_t scratch_size() const;

    // r, g, b, a of row y; the first `count` are valid. They point into scratch.
    [[nodiscard]] std::array<const float*, 4> read(int y, uint32_t count, float* scratch) const;

private:
    // Where the two chroma samples beside a luma sample are, along one axis.
    struct Tap {
        int first;
        float weight;  // of first + 1
    };
    [[nodiscard]] Tap tap(int luma, int shift, float offset) const;

    void component(int index, int y, int width, float* row) const;
    void palette_row(int y, float* const rows[4]) const;
    void chroma_row(int index, int y, float* scratch, float* row) const;
    void to_rgb(float* r, float* g, float* b) const;

    const AVFrame& frame_;
    const AVPixFmtDescriptor& format_;
    int width_;
    int chroma_width_;
    int chroma_height_;
    bool rgb_;
    bool has_alpha_;
    int colours_;  // 1 grey, 3
    // value = raw / range + bias of each component; divided, so that 255 of 255 is 1
    std::array<float, 4> range_{};
    std::array<float, 4> bias_{};
    // r = y + cr * rv, g = y + cb * gu + cr * gv, b = y + cb * bu
    float rv_ = 0, gu_ = 0, gv_ = 0, bu_ = 0;
    float offset_x_ = 0, offset_y_ = 0;  // of chroma sample 0, in luma samples
};

}  // namespace weft::media

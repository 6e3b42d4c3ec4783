// Any decoded picture as planes of f32: full-range R'G'B', straight alpha, upright.
//
// Done here and not by swscale because the result must not depend on a detour over 8 bits: every
// component is read at its own depth and converted once, in floating point.
#pragma once

#include "ffmpeg.h"
#include "result.h"
#include "services.h"

#include <array>
#include <cstdint>
#include <vector>

namespace weft::media {

// How the stored picture must be turned to stand upright: the eight cases of EXIF.
struct Orientation {
    bool transpose = false;  // rows become columns, before flipping
    bool flip_x = false;     // of the upright picture
    bool flip_y = false;
};

[[nodiscard]] Orientation orientation_from_exif(int value);
// From a display matrix (nine int32 of FFmpeg's side data).
[[nodiscard]] Orientation orientation_from_matrix(const int32_t* matrix);
// What a decoded frame says of itself.
[[nodiscard]] Orientation orientation_of(const AVFrame& frame);

// Destination: `count` planes (r, g, b, a in order) of width x height, `plane_stride` floats apart.
struct Planes {
    float* data = nullptr;
    uint64_t width = 0;  // upright
    uint64_t height = 0;
    uint64_t plane_stride = 0;
    uint32_t count = 0;
};

// Converts frames of one stream; keeps its scratch memory between frames.
class PixelConverter {
public:
    [[nodiscard]] Status convert(const AVFrame& frame, Orientation orientation,
                                 const Planes& planes, const Services& services);

private:
    Owned<SwsContext> scaler_;  // only for formats whose components cannot be read directly
    Owned<AVFrame> scaled_;
    std::vector<std::vector<float>> scratch_;  // one a band
};

}  // namespace weft::media

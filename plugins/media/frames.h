// Finished pictures as frames for FFmpeg's encoders.
#pragma once

#include "ffmpeg.h"
#include "raster.h"
#include "result.h"

namespace weft::media {

// Fills frames of one size and pixel format; converts R'G'B' to YUV where the format wants it.
class FrameMaker {
public:
    // `space` and full or limited range: of the YUV formats.
    [[nodiscard]] static Result<FrameMaker> create(AVPixelFormat format, uint64_t width,
                                                   uint64_t height, AVColorSpace space,
                                                   AVColorRange range);
    // The frame is ours and is filled anew by the next call.
    [[nodiscard]] Result<AVFrame*> make(const Raster& raster);

private:
    void scale(const uint8_t* const* planes, const int* strides);

    Owned<AVFrame> frame_;
    Owned<AVFrame> rgba_;       // what the scaler reads, where it cannot read the host's memory
    Owned<SwsContext> scaler_;  // null: frame_ is filled directly
};

}  // namespace weft::media

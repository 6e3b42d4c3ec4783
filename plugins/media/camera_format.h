// The forms in which a camera's driver hands pictures over, as frames of FFmpeg.
#pragma once

#include "ffmpeg.h"
#include "result.h"

#include <linux/videodev2.h>

#include <array>
#include <optional>
#include <span>

namespace weft::media {

// One that is read; those that lose less come first.
struct CameraFormat {
    uint32_t fourcc;       // V4L2_PIX_FMT_*
    AVPixelFormat pixels;  // AV_PIX_FMT_NONE: JPEG, to be decoded
};

[[nodiscard]] std::span<const CameraFormat> camera_formats();
[[nodiscard]] const CameraFormat* find_camera_format(uint32_t fourcc);

// What a driver says of its pictures, through whichever of its two interfaces: a picture is in one
// memory or, as V4L2_PIX_FMT_NV12M says, in one for each plane.
struct CameraPicture {
    static constexpr size_t kMostMemories = 3;
    uint32_t fourcc = 0;
    uint32_t width = 0;
    uint32_t height = 0;
    uint32_t colorspace = 0;
    uint32_t encoding = 0;
    uint32_t quantization = 0;
    uint32_t memories = 1;
    std::array<uint32_t, kMostMemories> row_bytes = {};  // 0: no padding
};
[[nodiscard]] CameraPicture described(const v4l2_pix_format& format);
[[nodiscard]] CameraPicture described(const v4l2_pix_format_mplane& format);

// A frame over the bytes of a raw picture, one range a memory; nothing is copied. It keeps them by
// `owner`. Fails when they are fewer than `picture` says.
[[nodiscard]] Result<Owned<AVFrame>> raw_frame(const CameraPicture& picture,
                                               std::span<const std::span<uint8_t>> memories,
                                               Owned<AVBufferRef> owner);

// Decodes pictures of Motion-JPEG.
class JpegDecoder {
public:
    [[nodiscard]] static Result<JpegDecoder> create();
    // Empty when the picture is damaged, as some are at a camera's start.
    [[nodiscard]] Owned<AVFrame> decode(std::span<const uint8_t> bytes);

private:
    Owned<AVCodecContext> codec_;
    Owned<AVPacket> packet_;
};

}  // namespace weft::media

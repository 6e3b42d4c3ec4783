#include "camera_format.h"

#include <algorithm>
#include <climits>

namespace weft::media {

namespace {

constexpr CameraFormat kFormats[] = {
    {V4L2_PIX_FMT_RGB24, AV_PIX_FMT_RGB24},    {V4L2_PIX_FMT_BGR24, AV_PIX_FMT_BGR24},
    {V4L2_PIX_FMT_YUYV, AV_PIX_FMT_YUYV422},   {V4L2_PIX_FMT_UYVY, AV_PIX_FMT_UYVY422},
    {V4L2_PIX_FMT_NV12, AV_PIX_FMT_NV12},      {V4L2_PIX_FMT_NV12M, AV_PIX_FMT_NV12},
    {V4L2_PIX_FMT_YUV420, AV_PIX_FMT_YUV420P}, {V4L2_PIX_FMT_YUV420M, AV_PIX_FMT_YUV420P},
    {V4L2_PIX_FMT_GREY, AV_PIX_FMT_GRAY8},     {V4L2_PIX_FMT_MJPEG, AV_PIX_FMT_NONE},
    {V4L2_PIX_FMT_JPEG, AV_PIX_FMT_NONE},
};

AVColorSpace colour_space(const CameraPicture& picture) {
    const uint32_t encoding = picture.encoding == V4L2_YCBCR_ENC_DEFAULT
                                  ? uint32_t{V4L2_MAP_YCBCR_ENC_DEFAULT(picture.colorspace)}
                                  : picture.encoding;
    switch (encoding) {
        case V4L2_YCBCR_ENC_709:
        case V4L2_YCBCR_ENC_XV709: return AVCOL_SPC_BT709;
        case V4L2_YCBCR_ENC_BT2020: return AVCOL_SPC_BT2020_NCL;
        case V4L2_YCBCR_ENC_SMPTE240M: return AVCOL_SPC_SMPTE240M;
        default: return AVCOL_SPC_SMPTE170M;
    }
}

AVColorRange colour_range(const CameraPicture& picture, bool rgb) {
    const uint32_t range =
        picture.quantization == V4L2_QUANTIZATION_DEFAULT
            ? uint32_t{V4L2_MAP_QUANTIZATION_DEFAULT(rgb, picture.colorspace, picture.encoding)}
            : picture.quantization;
    return range == V4L2_QUANTIZATION_FULL_RANGE ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
}

int at_least(int tight, uint32_t told) {
    return std::max(static_cast<int>(std::min<uint32_t>(told, INT_MAX)), tight);
}

// Each memory tells how its rows are padded; planes that share one are padded by its measure.
void lay_out(AVFrame& frame, const CameraPicture& picture) {
    const auto pixels = static_cast<AVPixelFormat>(frame.format);
    av_image_fill_linesizes(frame.linesize, pixels, frame.width);
    const int tight = frame.linesize[0];
    const int padded = at_least(tight, picture.row_bytes[0]);
    for (size_t plane = 0; plane < 4 && tight > 0; ++plane) {
        int& bytes = frame.linesize[plane];
        bytes = plane == 0 || plane >= picture.memories
                    ? static_cast<int>(static_cast<int64_t>(bytes) * padded / tight)
                    : at_least(bytes, picture.row_bytes[plane]);
    }
}

// Points the frame's planes at where they are; false: there are fewer bytes than it takes.
bool point(AVFrame& frame, std::span<const std::span<uint8_t>> memories) {
    const auto pixels = static_cast<AVPixelFormat>(frame.format);
    if (memories.size() == 1) {
        const int needed = av_image_fill_pointers(frame.data, pixels, frame.height,
                                                  memories[0].data(), frame.linesize);
        return needed >= 0 && static_cast<size_t>(needed) <= memories[0].size();
    }
    ptrdiff_t rows[4] = {};
    std::copy_n(frame.linesize, 4, rows);
    size_t sizes[4] = {};
    if (av_image_fill_plane_sizes(sizes, pixels, frame.height, rows) < 0) return false;
    for (size_t plane = 0; plane < std::size(sizes); ++plane) {
        if ((sizes[plane] != 0) != (plane < memories.size())) return false;
        if (sizes[plane] == 0) continue;
        if (memories[plane].size() < sizes[plane]) return false;
        frame.data[plane] = memories[plane].data();
    }
    return true;
}

}  // namespace

std::span<const CameraFormat> camera_formats() {
    return kFormats;
}

const CameraFormat* find_camera_format(uint32_t fourcc) {
    const auto* const found = std::find_if(std::begin(kFormats), std::end(kFormats),
                                           [&](const auto& f) { return f.fourcc == fourcc; });
    return found == std::end(kFormats) ? nullptr : found;
}

CameraPicture described(const v4l2_pix_format& format) {
    return {.fourcc = format.pixelformat,
            .width = format.width,
            .height = format.height,
            .colorspace = format.colorspace,
            .encoding = format.ycbcr_enc,
            .quantization = format.quantization,
            .memories = 1,
            .row_bytes = {format.bytesperline}};
}

CameraPicture described(const v4l2_pix_format_mplane& format) {
    CameraPicture picture = {.fourcc = format.pixelformat,
                             .width = format.width,
                             .height = format.height,
                             .colorspace = format.colorspace,
                             .encoding = format.ycbcr_enc,
                             .quantization = format.quantization,
                             .memories = format.num_planes,
                             .row_bytes = {}};
    for (size_t i = 0; i < std::min<size_t>(format.num_planes, picture.row_bytes.size()); ++i)
        picture.row_bytes[i] = format.plane_fmt[i].bytesperline;
    return picture;
}

Result<Owned<AVFrame>> raw_frame(const CameraPicture& picture,
                                 std::span<const std::span<uint8_t>> memories,
                                 Owned<AVBufferRef> owner) {
    Owned<AVFrame> frame(av_frame_alloc());
    if (!frame) return Failure{WEFT_UNAVAILABLE, "no memory for a picture"};
    frame->buf[0] = owner.release();
    const CameraFormat* const known = find_camera_format(picture.fourcc);
    if (!known || known->pixels == AV_PIX_FMT_NONE)
        return Failure{WEFT_UNSUPPORTED, "a form of picture that is not known"};
    frame->format = known->pixels;
    frame->width = static_cast<int>(picture.width);
    frame->height = static_cast<int>(picture.height);
    const bool rgb = av_pix_fmt_desc_get(known->pixels)->flags & AV_PIX_FMT_FLAG_RGB;
    frame->colorspace = rgb ? AVCOL_SPC_RGB : colour_space(picture);
    frame->color_range = colour_range(picture, rgb);
    lay_out(*frame, picture);
    if (!point(*frame, memories)) return Failure{WEFT_INVALID, "a picture is cut off"};
    frame->extended_data = frame->data;
    return frame;
}

Result<JpegDecoder> JpegDecoder::create() {
    JpegDecoder self;
    const AVCodec* const codec = avcodec_find_decoder(AV_CODEC_ID_MJPEG);
    self.codec_.reset(codec ? avcodec_alloc_context3(codec) : nullptr);
    self.packet_.reset(av_packet_alloc());
    if (!self.codec_ || !self.packet_)
        return Failure{WEFT_UNAVAILABLE, "this FFmpeg decodes no JPEG"};
    constexpr int64_t kMostPixels = int64_t{1} << 26;
    self.codec_->max_pixels = kMostPixels;
    self.codec_->thread_count = 1;  // more would hold pictures back
    if (const int code = avcodec_open2(self.codec_.get(), codec, nullptr); code < 0)
        return Failure{WEFT_UNAVAILABLE, "JPEG: " + error_text(code)};
    return self;
}

Owned<AVFrame> JpegDecoder::decode(std::span<const uint8_t> bytes) {
    if (bytes.size() > INT_MAX) return nullptr;
    // Without an owner the packet is copied: the decoder reads past its end.
    packet_->data = const_cast<uint8_t*>(bytes.data());
    packet_->size = static_cast<int>(bytes.size());
    Owned<AVFrame> frame(av_frame_alloc());
    const bool decoded = frame && avcodec_send_packet(codec_.get(), packet_.get()) >= 0 &&
                         avcodec_receive_frame(codec_.get(), frame.get()) >= 0;
    packet_->data = nullptr;
    packet_->size = 0;
    return decoded ? std::move(frame) : nullptr;
}

}  // namespace weft::media

#include "frames.h"

#include <weft/grid.h>

#include <vector>

namespace weft::media {

namespace {

Result<Owned<AVFrame>> allocate(AVPixelFormat format, uint64_t width, uint64_t height) {
    Owned<AVFrame> frame(av_frame_alloc());
    frame->format = format;
    frame->width = static_cast<int>(width);
    frame->height = static_cast<int>(height);
    if (const int code = av_frame_get_buffer(frame.get(), 0); code < 0)
        return Failure{WEFT_UNAVAILABLE, "no memory for a picture: " + error_text(code)};
    return frame;
}

// The scaler is told the range apart from the format and does not like both at once.
AVPixelFormat without_range(AVPixelFormat format) {
    return format == AV_PIX_FMT_YUVJ444P ? AV_PIX_FMT_YUV444P : format;
}

bool is_rgb(AVPixelFormat format) {
    return av_pix_fmt_desc_get(format)->flags & AV_PIX_FMT_FLAG_RGB;
}

// Packs rows of r g b a into the order and depth of a packed RGB format.
template <class T>
void pack_rows(const Raster& raster, AVFrame& frame) {
    const AVPixFmtDescriptor& format =
        *av_pix_fmt_desc_get(static_cast<AVPixelFormat>(frame.format));
    std::vector<T> rgba(raster.width * 4);
    for (uint64_t y = 0; y < raster.height; ++y) {
        read_row(raster, y, std::span<T>(rgba));
        uint8_t* const row = frame.data[0] + static_cast<ptrdiff_t>(y) * frame.linesize[0];
        for (int c = 0; c < format.nb_components; ++c) {
            const AVComponentDescriptor& part = format.comp[c];
            auto* to = reinterpret_cast<T*>(row + part.offset);
            const size_t step = static_cast<size_t>(part.step) / sizeof(T);
            for (uint64_t x = 0; x < raster.width; ++x)
                to[x * step] = rgba[4 * x + static_cast<size_t>(c)];
        }
    }
}

void copy_planes(const Raster& raster, AVFrame& frame) {
    const AVPixFmtDescriptor& format =
        *av_pix_fmt_desc_get(static_cast<AVPixelFormat>(frame.format));
    for (int c = 0; c < format.nb_components; ++c) {
        const int plane = format.comp[c].plane;
        for (uint64_t y = 0; y < raster.height; ++y) {
            auto* row = reinterpret_cast<float*>(frame.data[plane] +
                                                 static_cast<ptrdiff_t>(y) * frame.linesize[plane]);
            read_channel(raster, y, static_cast<uint32_t>(c), {row, raster.width});
        }
    }
}

void fill(const Raster& raster, AVFrame& frame) {
    const AVPixFmtDescriptor& format =
        *av_pix_fmt_desc_get(static_cast<AVPixelFormat>(frame.format));
    if (format.flags & AV_PIX_FMT_FLAG_FLOAT)
        copy_planes(raster, frame);
    else if (format.comp[0].depth == 8)
        pack_rows<uint8_t>(raster, frame);
    else
        pack_rows<uint16_t>(raster, frame);
}

}  // namespace

Result<FrameMaker> FrameMaker::create(AVPixelFormat format, uint64_t width, uint64_t height,
                                      AVColorSpace space, AVColorRange range) {
    FrameMaker self;
    Result<Owned<AVFrame>> frame = allocate(format, width, height);
    if (!frame.ok()) return frame.failure();
    self.frame_ = std::move(*frame);
    self.frame_->colorspace = space;
    self.frame_->color_range = range;
    if (is_rgb(format)) return self;

    const int w = self.frame_->width;
    const int h = self.frame_->height;
    self.scaler_.reset(
        sws_getContext(w, h, AV_PIX_FMT_RGBA, w, h, without_range(format),
                       SWS_AREA | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INP | SWS_BITEXACT, nullptr,
                       nullptr, nullptr));
    if (!self.scaler_) return Failure{WEFT_INTERNAL, "the pixel format cannot be made"};
    const int* table =
        sws_getCoefficients(space == AVCOL_SPC_BT709 ? SWS_CS_ITU709 : SWS_CS_ITU601);
    constexpr int kNeutral = 1 << 16;
    sws_setColorspaceDetails(self.scaler_.get(), table, 1, table, range == AVCOL_RANGE_JPEG, 0,
                             kNeutral, kNeutral);
    return self;
}

Result<AVFrame*> FrameMaker::make(const Raster& raster) {
    // An encoder may still hold the last frame's memory.
    if (const int code = av_frame_make_writable(frame_.get()); code < 0)
        return Failure{WEFT_UNAVAILABLE, "no memory for a picture: " + error_text(code)};
    if (!scaler_) {
        fill(raster, *frame_);
        return frame_.get();
    }
    if (raster.format == WEFT_FORMAT_RGBA8) {
        const uint8_t* const planes[4] = {static_cast<const uint8_t*>(raster.pixels)};
        const int strides[4] = {static_cast<int>(raster.row_stride)};
        scale(planes, strides);
        return frame_.get();
    }
    if (!rgba_) {
        Result<Owned<AVFrame>> rgba = allocate(AV_PIX_FMT_RGBA, raster.width, raster.height);
        if (!rgba.ok()) return rgba.failure();
        rgba_ = std::move(*rgba);
    }
    fill(raster, *rgba_);
    scale(rgba_->data, rgba_->linesize);
    return frame_.get();
}

void FrameMaker::scale(const uint8_t* const* planes, const int* strides) {
    sws_scale(scaler_.get(), planes, strides, 0, frame_->height, frame_->data, frame_->linesize);
}

}  // namespace weft::media

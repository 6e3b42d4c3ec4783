#include "pixel_rows.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

namespace weft::media {

namespace {

// FFmpeg copies these numbers out of files without a look: they may be no value of their type.
template <class Enumeration>
int number_of(const Enumeration& value) {
    static_assert(sizeof value == sizeof(int));
    int number;
    std::memcpy(&number, &value, sizeof number);
    return number;
}

struct Luma {
    double red, blue;
};

Luma luma_of(const AVFrame& frame) {
    switch (number_of(frame.colorspace)) {
        case AVCOL_SPC_BT709: return {0.2126, 0.0722};
        case AVCOL_SPC_BT2020_NCL:
        case AVCOL_SPC_BT2020_CL: return {0.2627, 0.0593};
        case AVCOL_SPC_SMPTE240M: return {0.212, 0.087};
        case AVCOL_SPC_FCC: return {0.30, 0.11};
        // Also where there is no tag: so FFmpeg codes pictures when nobody asks for more.
        default: return {0.299, 0.114};
    }
}

bool is_full_range_format(int format) {
    switch (format) {
        case AV_PIX_FMT_YUVJ420P:
        case AV_PIX_FMT_YUVJ422P:
        case AV_PIX_FMT_YUVJ444P:
        case AV_PIX_FMT_YUVJ440P:
        case AV_PIX_FMT_YUVJ411P: return true;
        default: return false;
    }
}

uint16_t load16(const uint8_t* from, bool swapped) {
    uint16_t value;
    std::memcpy(&value, from, sizeof value);
    return swapped ? static_cast<uint16_t>(value << 8 | value >> 8) : value;
}

float load_float(const uint8_t* from, bool swapped) {
    uint32_t bits;
    std::memcpy(&bits, from, sizeof bits);
    return std::bit_cast<float>(swapped ? __builtin_bswap32(bits) : bits);
}

bool big_endian(const AVPixFmtDescriptor& format) {
    return format.flags & AV_PIX_FMT_FLAG_BE;
}

}  // namespace

bool can_read_rows(AVPixelFormat id) {
    const AVPixFmtDescriptor* format = av_pix_fmt_desc_get(id);
    if (!format || format->nb_components == 0) return false;
    if (format->flags & (AV_PIX_FMT_FLAG_HWACCEL | AV_PIX_FMT_FLAG_BAYER)) return false;
    if (std::strncmp(format->name, "xyz", 3) == 0) return false;
    for (int c = 0; c < format->nb_components; ++c) {
        const int depth = format->comp[c].depth;
        if (format->flags & AV_PIX_FMT_FLAG_FLOAT ? depth != 32 : depth > 16) return false;
    }
    return true;
}

Status widen(const AVFrame& frame, Owned<SwsContext>& scaler, Owned<AVFrame>& out) {
    const auto format = static_cast<AVPixelFormat>(frame.format);
    scaler.reset(sws_getCachedContext(
        scaler.release(), frame.width, frame.height, format, frame.width, frame.height,
        AV_PIX_FMT_RGBA64LE,
        SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT | SWS_FULL_CHR_H_INP | SWS_BITEXACT,
        nullptr, nullptr, nullptr));
    if (!scaler)
        return Failure{WEFT_UNSUPPORTED, std::string("pixel format '") +
                                             av_get_pix_fmt_name(format) + "' cannot be read"};
    if (!out || out->width != frame.width || out->height != frame.height) {
        out.reset(av_frame_alloc());
        out->format = AV_PIX_FMT_RGBA64LE;
        out->width = frame.width;
        out->height = frame.height;
        if (const int code = av_frame_get_buffer(out.get(), 0); code < 0)
            return Failure{WEFT_UNAVAILABLE, error_text(code)};
    }
    sws_scale(scaler.get(), frame.data, frame.linesize, 0, frame.height, out->data, out->linesize);
    return {};
}

RowReader::RowReader(const AVFrame& frame)
    : frame_(frame),
      format_(*av_pix_fmt_desc_get(static_cast<AVPixelFormat>(frame.format))),
      width_(frame.width),
      chroma_width_(AV_CEIL_RSHIFT(frame.width, format_.log2_chroma_w)),
      chroma_height_(AV_CEIL_RSHIFT(frame.height, format_.log2_chroma_h)),
      rgb_(format_.flags & (AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL)),
      has_alpha_(format_.flags & AV_PIX_FMT_FLAG_ALPHA),
      colours_(format_.nb_components < 3 && !(format_.flags & AV_PIX_FMT_FLAG_PAL) ? 1 : 3) {
    range_.fill(1.0f);
    if (format_.flags & (AV_PIX_FMT_FLAG_FLOAT | AV_PIX_FMT_FLAG_PAL)) return;

    for (int c = 0; c < format_.nb_components; ++c)
        range_[static_cast<size_t>(c)] =
            static_cast<float>(std::ldexp(1.0, format_.comp[c].depth) - 1.0);
    if (frame.format == AV_PIX_FMT_MONOWHITE) {
        range_[0] = -1.0f;
        bias_[0] = 1.0f;
    }
    if (rgb_) return;

    const double unit = std::ldexp(1.0, format_.comp[0].depth - 8);
    const bool unspecified_grey =
        colours_ == 1 && number_of(frame.color_range) == AVCOL_RANGE_UNSPECIFIED;
    const bool full = number_of(frame.color_range) == AVCOL_RANGE_JPEG || unspecified_grey ||
                      is_full_range_format(frame.format);
    if (!full) {
        range_[0] = static_cast<float>(219.0 * unit);
        bias_[0] = static_cast<float>(-16.0 / 219.0);
    }
    if (colours_ == 1) return;
    for (size_t c = 1; c < 3; ++c) {
        const double range = full ? 256.0 * unit - 1.0 : 224.0 * unit;
        range_[c] = static_cast<float>(range);
        bias_[c] = static_cast<float>(-128.0 * unit / range);
    }

    const Luma luma = luma_of(frame);
    const double green = 1.0 - luma.red - luma.blue;
    rv_ = static_cast<float>(2.0 * (1.0 - luma.red));
    bu_ = static_cast<float>(2.0 * (1.0 - luma.blue));
    gu_ = static_cast<float>(-2.0 * luma.blue * (1.0 - luma.blue) / green);
    gv_ = static_cast<float>(-2.0 * luma.red * (1.0 - luma.red) / green);

    const float centre_x = static_cast<float>((1 << format_.log2_chroma_w) - 1) * 0.5f;
    const float centre_y = static_cast<float>((1 << format_.log2_chroma_h) - 1) * 0.5f;
    offset_x_ = centre_x;
    offset_y_ = centre_y;
    switch (number_of(frame.chroma_location)) {
        case AVCHROMA_LOC_UNSPECIFIED:
            if (!full) offset_x_ = 0;
            break;
        case AVCHROMA_LOC_LEFT: offset_x_ = 0; break;
        case AVCHROMA_LOC_TOPLEFT: offset_x_ = offset_y_ = 0; break;
        case AVCHROMA_LOC_TOP: offset_y_ = 0; break;
        case AVCHROMA_LOC_BOTTOMLEFT:
            offset_x_ = 0;
            offset_y_ = 2 * centre_y;
            break;
        case AVCHROMA_LOC_BOTTOM: offset_y_ = 2 * centre_y; break;
        default: break;
    }
}

size_t RowReader::scratch_size() const {
    // Four rows, and two rows of chroma with one sample of padding on either side.
    return 4 * static_cast<size_t>(width_) + 2 * (static_cast<size_t>(chroma_width_) + 2);
}

std::array<const float*, 4> RowReader::read(int y, uint32_t count, float* scratch) const {
    const auto width = static_cast<size_t>(width_);
    float* const rows[4] = {scratch, scratch + width, scratch + 2 * width, scratch + 3 * width};
    float* const chroma = scratch + 4 * width;

    if (format_.flags & AV_PIX_FMT_FLAG_PAL) {
        palette_row(y, rows);
        return {rows[0], rows[1], rows[2], rows[3]};
    }
    component(0, y, width_, rows[0]);
    if (count > 3) {
        if (has_alpha_)
            component(format_.nb_components - 1, y, width_, rows[3]);
        else
            std::fill_n(rows[3], width, 1.0f);
    }
    if (colours_ == 1) return {rows[0], rows[0], rows[0], rows[3]};
    if (rgb_) {
        if (count > 1) component(1, y, width_, rows[1]);
        if (count > 2) component(2, y, width_, rows[2]);
    } else {
        chroma_row(1, y, chroma, rows[1]);
        chroma_row(2, y, chroma, rows[2]);
        to_rgb(rows[0], rows[1], rows[2]);
    }
    return {rows[0], rows[1], rows[2], rows[3]};
}

RowReader::Tap RowReader::tap(int luma, int shift, float offset) const {
    const float at = std::ldexp(static_cast<float>(luma) - offset, -shift);
    const float first = std::floor(at);
    return {static_cast<int>(first), at - first};
}

// Reads `width` values of one component, scaled; subsampling is the caller's business.
void RowReader::component(int index, int y, int width, float* row) const {
    const AVComponentDescriptor& part = format_.comp[index];
    const float range = range_[static_cast<size_t>(index)];
    const float bias = bias_[static_cast<size_t>(index)];
    const uint8_t* from = frame_.data[part.plane] +
                          static_cast<ptrdiff_t>(frame_.linesize[part.plane]) * y + part.offset;
    const bool swapped = big_endian(format_) != (std::endian::native == std::endian::big);
    const bool bytes = !(format_.flags & AV_PIX_FMT_FLAG_BITSTREAM);

    if (format_.flags & AV_PIX_FMT_FLAG_FLOAT) {
        for (int i = 0; i < width; ++i)
            row[i] = load_float(from + static_cast<ptrdiff_t>(i) * part.step, swapped);
    } else if (bytes && part.depth == 8 && part.shift == 0 && part.step == 1) {
        for (int i = 0; i < width; ++i) row[i] = static_cast<float>(from[i]) / range + bias;
    } else if (bytes && part.depth == 8 && part.shift == 0) {
        for (int i = 0; i < width; ++i)
            row[i] = static_cast<float>(from[static_cast<ptrdiff_t>(i) * part.step]) / range + bias;
    } else if (bytes && part.depth > 8 && part.step % 2 == 0 && part.offset % 2 == 0 &&
               part.shift + part.depth <= 16) {
        const int mask = (1 << part.depth) - 1;
        for (int i = 0; i < width; ++i) {
            const int raw = load16(from + static_cast<ptrdiff_t>(i) * part.step, swapped);
            row[i] = static_cast<float>(raw >> part.shift & mask) / range + bias;
        }
    } else {
        constexpr int kChunk = 256;
        uint16_t chunk[kChunk];
        const uint8_t* planes[4] = {frame_.data[0], frame_.data[1], frame_.data[2], frame_.data[3]};
        for (int x = 0; x < width; x += kChunk) {
            const int count = std::min(kChunk, width - x);
            av_read_image_line2(chunk, planes, frame_.linesize, &format_, x, y, index, count, 0,
                                sizeof chunk[0]);
            for (int i = 0; i < count; ++i)
                row[x + i] = static_cast<float>(chunk[i]) / range + bias;
        }
    }
}

void RowReader::palette_row(int y, float* const rows[4]) const {
    const uint8_t* from = frame_.data[0] + static_cast<ptrdiff_t>(frame_.linesize[0]) * y;
    for (int i = 0; i < width_; ++i) {
        uint32_t argb;
        std::memcpy(&argb, frame_.data[1] + 4 * static_cast<size_t>(from[i]), sizeof argb);
        for (int c = 0; c < 3; ++c)
            rows[c][i] = static_cast<float>(argb >> (16 - 8 * c) & 255u) / 255.0f;
        rows[3][i] = static_cast<float>(argb >> 24) / 255.0f;
    }
}

// One row of Cb or Cr at luma resolution, bilinear from where the format says its samples lie.
void RowReader::chroma_row(int index, int y, float* scratch, float* row) const {
    const int count = chroma_width_;
    float* const upper = scratch + 1;
    float* const lower = scratch + count + 3;
    const Tap vertical = tap(y, format_.log2_chroma_h, offset_y_);
    const int last = chroma_height_ - 1;
    component(index, std::clamp(vertical.first, 0, last), count, upper);
    if (vertical.weight > 0) {
        component(index, std::clamp(vertical.first + 1, 0, last), count, lower);
        const float weight = vertical.weight;
        for (int i = 0; i < count; ++i) upper[i] += (lower[i] - upper[i]) * weight;
    }
    upper[-1] = upper[0];
    upper[count] = upper[count - 1];

    const int shift = format_.log2_chroma_w;
    if (shift == 0) {
        std::copy_n(upper, width_, row);
        return;
    }
    if (shift == 1) {
        // Even and odd luma columns, each between two neighbours.
        const Tap even = tap(0, 1, offset_x_);
        const Tap odd = tap(1, 1, offset_x_);
        const float* const a = upper + even.first;
        const float* const b = upper + odd.first;
        const int pairs = width_ / 2;
        for (int i = 0; i < pairs; ++i) {
            row[2 * i] = a[i] + (a[i + 1] - a[i]) * even.weight;
            row[2 * i + 1] = b[i] + (b[i + 1] - b[i]) * odd.weight;
        }
        if (width_ & 1) row[width_ - 1] = a[pairs] + (a[pairs + 1] - a[pairs]) * even.weight;
        return;
    }
    for (int x = 0; x < width_; ++x) {
        const Tap t = tap(x, shift, offset_x_);
        row[x] = upper[t.first] + (upper[t.first + 1] - upper[t.first]) * t.weight;
    }
}

// In place: (Y, Cb, Cr) become (R, G, B), clamped: limited range can leave 0..1.
void RowReader::to_rgb(float* r, float* g, float* b) const {
    for (int i = 0; i < width_; ++i) {
        const float luma = r[i];
        const float cb = g[i];
        const float cr = b[i];
        r[i] = std::clamp(luma + cr * rv_, 0.0f, 1.0f);
        g[i] = std::clamp(luma + cb * gu_ + cr * gv_, 0.0f, 1.0f);
        b[i] = std::clamp(luma + cb * bu_, 0.0f, 1.0f);
    }
}

}  // namespace weft::media

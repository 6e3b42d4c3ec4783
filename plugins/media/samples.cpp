#include "samples.h"

#include <string>

namespace weft::media {

namespace {

// Whole numbers map to -1..1 with -1 the most negative one, so that powers of two stay exact.
float to_float(uint8_t v) {
    return static_cast<float>(v - 128) / 128.0f;
}
float to_float(int16_t v) {
    return static_cast<float>(v) / 32768.0f;
}
float to_float(int32_t v) {
    return static_cast<float>(static_cast<double>(v) / 2147483648.0);
}
float to_float(int64_t v) {
    return static_cast<float>(static_cast<double>(v) / 9223372036854775808.0);
}
float to_float(float v) {
    return v;
}
float to_float(double v) {
    return static_cast<float>(v);
}

template <class T>
void append(const AVFrame& frame, bool planar, std::vector<std::vector<float>>& channels) {
    const auto count = static_cast<size_t>(frame.nb_samples);
    const size_t step = planar ? 1 : static_cast<size_t>(frame.ch_layout.nb_channels);
    for (size_t c = 0; c < channels.size(); ++c) {
        const auto* from = planar ? reinterpret_cast<const T*>(frame.extended_data[c])
                                  : reinterpret_cast<const T*>(frame.extended_data[0]) + c;
        for (size_t i = 0; i < count; ++i) channels[c].push_back(to_float(from[i * step]));
    }
}

}  // namespace

Status append_samples(const AVFrame& frame, std::vector<std::vector<float>>& channels) {
    const auto format = static_cast<AVSampleFormat>(frame.format);
    const bool planar = av_sample_fmt_is_planar(format);
    switch (av_get_packed_sample_fmt(format)) {
        case AV_SAMPLE_FMT_U8: append<uint8_t>(frame, planar, channels); break;
        case AV_SAMPLE_FMT_S16: append<int16_t>(frame, planar, channels); break;
        case AV_SAMPLE_FMT_S32: append<int32_t>(frame, planar, channels); break;
        case AV_SAMPLE_FMT_S64: append<int64_t>(frame, planar, channels); break;
        case AV_SAMPLE_FMT_FLT: append<float>(frame, planar, channels); break;
        case AV_SAMPLE_FMT_DBL: append<double>(frame, planar, channels); break;
        default:
            return Failure{WEFT_UNSUPPORTED,
                           "sample format " + std::to_string(frame.format) + " cannot be read"};
    }
    return {};
}

}  // namespace weft::media

#include "coding.h"

#include "av_log.h"

#include <algorithm>
#include <cmath>

namespace weft::media {

namespace {

// Frame threads change what an encoder decides, so their number is fixed, not the machine's.
constexpr int kThreads = 2;
constexpr double kSecondsBetweenKeys = 2;

Failure no_encoder(const OutputSettings& settings, const char* name) {
    return {WEFT_UNSUPPORTED, "'" + settings.path + "' needs the encoder '" + name +
                                  "', which this FFmpeg does not have"};
}

// 1..100 onto an encoder's scale from worst to best; 0 is its default.
int64_t quality_of(const OutputSettings& settings, double worst, double best, int64_t otherwise) {
    if (settings.quality == 0) return otherwise;
    const double q = std::min<uint32_t>(settings.quality, 100) / 100.0;
    return std::llround(worst + (best - worst) * q);
}

Status even_size(const OutputSettings& settings) {
    if (settings.width % 2 == 0 && settings.height % 2 == 0) return {};
    const auto size = [](uint64_t w, uint64_t h) {
        return std::to_string(w) + "x" + std::to_string(h);
    };
    return Failure{WEFT_INVALID, "'" + settings.path + "' needs an even width and height, not " +
                                     size(settings.width, settings.height) + ": use " +
                                     size(settings.width + settings.width % 2,
                                          settings.height + settings.height % 2) +
                                     ", or write a .webm"};
}

// x264 signs its work with its version and settings; the signature is taken out again.
Result<Owned<AVBSFContext>> without_signature(const AVCodecContext& codec) {
    AVBSFContext* filter = nullptr;
    if (av_bsf_list_parse_str("filter_units=remove_types=6", &filter) < 0)
        return Failure{WEFT_UNSUPPORTED, "this FFmpeg has no filter_units"};
    Owned<AVBSFContext> owned(filter);
    avcodec_parameters_from_context(filter->par_in, &codec);
    filter->time_base_in = codec.time_base;
    if (const int code = av_bsf_init(filter); code < 0)
        return Failure{WEFT_INTERNAL, error_text(code)};
    return owned;
}

void set_h264(AVCodecContext& codec, const OutputSettings& settings, Options& options) {
    options.set("preset", "veryfast");
    // A frame that is held back to look ahead or to be reordered costs x264 8 MB at 1080p; beyond
    // these few the files did not become smaller.
    options.set("rc-lookahead", int64_t{5});
    options.set("bf", int64_t{0});
    // Its AVX-512 code reads memory that nobody wrote: now and then the last block of a picture is
    // coded otherwise, in a byte or two more, of the same looks.
    if (av_get_cpu_flags() & AV_CPU_FLAG_AVX512) options.set("x264-params", "asm=avx2");
    options.set("crf", quality_of(settings, 40, 4, 17));
    // Slices of one picture at a time: several pictures at once, and a thread that looks ahead,
    // hold more memory.
    codec.thread_type = FF_THREAD_SLICE;
    codec.thread_count = kThreads;
}

void set_mpeg4(AVCodecContext& codec, const OutputSettings& settings) {
    codec.flags |= AV_CODEC_FLAG_QSCALE;
    codec.global_quality = static_cast<int>(quality_of(settings, 31, 1, 2)) * FF_QP2LAMBDA;
    codec.thread_count = 1;
}

void set_vp9(AVCodecContext& codec, const OutputSettings& settings, Options& options) {
    options.set("crf", quality_of(settings, 60, 4, 24));
    options.set("deadline", "good");
    options.set("cpu-used", int64_t{5});
    options.set("row-mt", int64_t{1});
    options.set("tile-columns", int64_t{2});
    options.set("lag-in-frames", int64_t{8});
    codec.bit_rate = 0;
    codec.thread_count = kThreads;
}

// The encoder's rate that is nearest above ours, else its highest.
int supported_rate(const AVCodec& codec, int wanted) {
    if (!codec.supported_samplerates) return wanted;
    int above = 0;
    int highest = 0;
    for (const int* rate = codec.supported_samplerates; *rate; ++rate) {
        highest = std::max(highest, *rate);
        if (*rate >= wanted && (above == 0 || *rate < above)) above = *rate;
    }
    return above ? above : highest;
}

const char* sound_encoder(const std::string& extension) {
    if (extension == "webm") return "libopus";
    if (extension == "mkv") return "flac";
    if (extension == "ogg") return "libvorbis";
    if (extension == "mp3") return "libmp3lame";
    return "aac";
}

}  // namespace

const char* muxer_name(const OutputSettings& settings) {
    return settings.extension == "mkv" ? "matroska" : settings.extension.c_str();
}

Result<EncoderChoice> open_picture_encoder(const OutputSettings& settings, bool global_header) {
    const bool webm = settings.extension == "webm";
    const bool apng = settings.extension == "apng";
    const AVCodec* encoder = avcodec_find_encoder_by_name(webm   ? "libvpx-vp9"
                                                          : apng ? "apng"
                                                                 : "libx264");
    if (!encoder && !webm && !apng) encoder = avcodec_find_encoder(AV_CODEC_ID_MPEG4);
    if (!encoder) return no_encoder(settings, webm ? "libvpx-vp9" : apng ? "apng" : "libx264");
    if (!webm && !apng) {
        if (Status status = even_size(settings); !status.ok()) return status.failure();
    }

    EncoderChoice choice;
    choice.codec.reset(avcodec_alloc_context3(encoder));
    AVCodecContext& codec = *choice.codec;
    codec.width = static_cast<int>(settings.width);
    codec.height = static_cast<int>(settings.height);
    constexpr int kMaxTerm = 1 << 20;
    codec.framerate = av_d2q(settings.fps, kMaxTerm);
    codec.time_base = av_inv_q(codec.framerate);
    codec.gop_size =
        static_cast<int>(std::clamp(std::round(settings.fps * kSecondsBetweenKeys), 1.0, 600.0));
    codec.flags |= AV_CODEC_FLAG_BITEXACT;
    if (global_header) codec.flags |= AV_CODEC_FLAG_GLOBAL_HEADER;

    Options options;
    if (apng) {
        codec.pix_fmt = settings.has_alpha ? AV_PIX_FMT_RGBA : AV_PIX_FMT_RGB24;
        codec.colorspace = AVCOL_SPC_RGB;
        codec.color_range = AVCOL_RANGE_JPEG;
        codec.thread_count = 1;
        options.set("pred", "mixed");
    } else {
        codec.pix_fmt = AV_PIX_FMT_YUV420P;
        codec.colorspace = AVCOL_SPC_BT709;
        codec.color_primaries = AVCOL_PRI_BT709;
        codec.color_trc = AVCOL_TRC_BT709;
        codec.color_range = AVCOL_RANGE_MPEG;
        codec.chroma_sample_location = AVCHROMA_LOC_LEFT;
        if (webm)
            set_vp9(codec, settings, options);
        else if (encoder->id == AV_CODEC_ID_H264)
            set_h264(codec, settings, options);
        else
            set_mpeg4(codec, settings);
    }
    if (const int code = avcodec_open2(&codec, encoder, options.get()); code < 0)
        return Failure{WEFT_UNSUPPORTED, "'" + settings.path + "' cannot hold these pictures: " +
                                             error_text(code) + " " + take_complaint()};
    if (encoder->id == AV_CODEC_ID_H264) {
        Result<Owned<AVBSFContext>> filter = without_signature(codec);
        if (!filter.ok()) return filter.failure();
        choice.filter = std::move(*filter);
    }
    return choice;
}

Result<EncoderChoice> open_sound_encoder(const OutputSettings& settings, bool global_header) {
    const char* name = sound_encoder(settings.extension);
    const AVCodec* encoder = avcodec_find_encoder_by_name(name);
    if (!encoder) return no_encoder(settings, name);

    EncoderChoice choice;
    choice.codec.reset(avcodec_alloc_context3(encoder));
    AVCodecContext& codec = *choice.codec;
    codec.sample_rate = supported_rate(*encoder, static_cast<int>(settings.rate));
    codec.time_base = {1, codec.sample_rate};
    av_channel_layout_default(&codec.ch_layout, static_cast<int>(settings.channels));
    codec.thread_count = 1;
    codec.flags |= AV_CODEC_FLAG_BITEXACT;
    if (global_header) codec.flags |= AV_CODEC_FLAG_GLOBAL_HEADER;

    const auto channels = static_cast<int64_t>(settings.channels);
    switch (encoder->id) {
        case AV_CODEC_ID_FLAC:
            codec.sample_fmt = AV_SAMPLE_FMT_S32;
            codec.bits_per_raw_sample = 24;
            break;
        case AV_CODEC_ID_OPUS:
            codec.sample_fmt = AV_SAMPLE_FMT_FLT;
            codec.bit_rate = channels * quality_of(settings, 24000, 256000, 96000);
            break;
        case AV_CODEC_ID_VORBIS:
            codec.sample_fmt = AV_SAMPLE_FMT_FLTP;
            codec.flags |= AV_CODEC_FLAG_QSCALE;
            codec.global_quality = static_cast<int>(quality_of(settings, 0, 10, 7)) * FF_QP2LAMBDA;
            break;
        case AV_CODEC_ID_MP3:
            codec.sample_fmt = AV_SAMPLE_FMT_FLTP;
            codec.flags |= AV_CODEC_FLAG_QSCALE;
            codec.global_quality = static_cast<int>(quality_of(settings, 9, 0, 2)) * FF_QP2LAMBDA;
            break;
        default:
            codec.sample_fmt = AV_SAMPLE_FMT_FLTP;
            codec.bit_rate = channels * quality_of(settings, 32000, 192000, 128000);
            break;
    }
    if (const int code = avcodec_open2(&codec, encoder, nullptr); code < 0)
        return Failure{WEFT_UNSUPPORTED, "'" + settings.path + "' cannot hold " +
                                             std::to_string(settings.channels) + " channels at " +
                                             std::to_string(codec.sample_rate) +
                                             " Hz: " + error_text(code) + " " + take_complaint()};
    return choice;
}

}  // namespace weft::media

#include "container.h"

#include "av_log.h"

extern "C" {
#include <libavutil/avstring.h>
}

#include <algorithm>
#include <cctype>
#include <cstring>

namespace weft::media {

namespace {

// Demuxers that are scripts naming other files, text art, or devices rather than media.
constexpr const char* kRefusedFormats[] = {
    "concat",    "hls",  "dash", "imf", "sdp",   "rtsp",   "tty",
    "bin",       "xbin", "adf",  "idf", "lavfi", "image2", "webm_dash_manifest",
    "ffmetadata"};

int refuse_to_open(AVFormatContext*, AVIOContext**, const char*, int, AVDictionary**) {
    return AVERROR(EACCES);
}

bool refused(const char* names) {
    return std::any_of(std::begin(kRefusedFormats), std::end(kRefusedFormats),
                       [&](const char* name) { return av_match_name(name, names) != 0; });
}

bool is_picture_format(const char* name) {
    const size_t length = std::strlen(name);
    constexpr size_t kSuffix = 5;
    return length > kSuffix && std::strcmp(name + length - kSuffix, "_pipe") == 0;
}

// FFmpeg's number, and what it said about it just before.
std::string explain(int code) {
    const std::string complaint = take_complaint();
    return error_text(code) + (complaint.empty() ? "" : " (" + complaint + ")");
}

std::string size_text(uint64_t bytes) {
    return std::to_string((bytes + (1u << 20) - 1) >> 20) + " MiB";
}

}  // namespace

Container::Container(std::unique_ptr<Bytes> bytes, const std::string& name, const Limits& limits)
    : bytes_(std::move(bytes)), reader_(*bytes_), name_(name), limits_(limits) {}

Result<std::unique_ptr<Container>> Container::open(std::unique_ptr<Bytes> bytes,
                                                   const std::string& name, const Limits& limits) {
    (void)take_complaint();
    std::unique_ptr<Container> self(new Container(std::move(bytes), name, limits));
    if (Status status = self->start(); !status.ok()) return status.failure();
    if (Status status = self->choose_streams(); !status.ok()) return status.failure();
    return self;
}

Status Container::start() {
    // By its contents; a few formats have no mark and are known by the name's end alone.
    int code = open_format("");
    if (code == AVERROR_INVALIDDATA) code = open_format(name_.c_str());
    if (code < 0)
        return failure(WEFT_INVALID, code == AVERROR_INVALIDDATA
                                         ? "is of no known media format, or damaged"
                                         : explain(code));
    AVFormatContext* const format = format_.get();
    if (refused(format->iformat->name))
        return failure(WEFT_INVALID, "is not a picture, a sound or a film");

    for (unsigned i = 0; i < format->nb_streams; ++i) {
        const AVCodecParameters& codec = *format->streams[i]->codecpar;
        if (codec.codec_type != AVMEDIA_TYPE_VIDEO || codec.width <= 0) continue;
        Status status = check_size(static_cast<uint64_t>(codec.width),
                                   static_cast<uint64_t>(std::max(codec.height, 0)), 1);
        if (!status.ok()) return status;
    }
    // A picture says all there is to know when it is decoded; analysing would decode it twice.
    if (is_picture_format(format->iformat->name)) return {};
    code = avformat_find_stream_info(format, nullptr);
    if (code < 0) return failure(WEFT_INVALID, "cannot be analysed: " + explain(code));
    return {};
}

int Container::open_format(const char* name) {
    reader_.rewind();
    AVFormatContext* format = avformat_alloc_context();
    format->pb = reader_.io();
    format->flags |= AVFMT_FLAG_CUSTOM_IO;
    format->io_open = &refuse_to_open;
    Options options;
    options.set("protocol_whitelist", "none");
    const int code = avformat_open_input(&format, name, nullptr, options.get());
    format_.reset(format);  // null when that failed
    return code;
}

Status Container::restart() {
    format_.reset();
    if (Status status = start(); !status.ok()) return status;
    const int wanted = std::max(picture_stream_, sound_stream_);
    if (wanted >= static_cast<int>(format_->nb_streams))
        return failure(WEFT_INVALID, "cannot be read from its beginning again");
    return {};
}

Status Container::choose_streams() {
    AVFormatContext* format = format_.get();
    const int picture = av_find_best_stream(format, AVMEDIA_TYPE_VIDEO, -1, -1, nullptr, 0);
    const int sound = av_find_best_stream(format, AVMEDIA_TYPE_AUDIO, -1, -1, nullptr, 0);
    picture_stream_ = std::max(picture, -1);
    sound_stream_ = std::max(sound, -1);
    // The cover of an album is no film.
    if (picture_stream_ >= 0 && sound_stream_ >= 0 &&
        stream(picture_stream_).disposition & AV_DISPOSITION_ATTACHED_PIC)
        picture_stream_ = -1;

    if (picture_stream_ < 0 && sound_stream_ < 0)
        return failure(WEFT_INVALID, "holds neither pictures nor sound");
    if (is_picture_format(format->iformat->name))
        kind_ = Kind::kPicture;
    else
        kind_ = picture_stream_ >= 0 ? Kind::kFilm : Kind::kSound;
    return {};
}

bool is_ogg_vorbis(const Container& container, int stream) {
    return container.stream(stream).codecpar->codec_id == AV_CODEC_ID_VORBIS &&
           std::strcmp(container.format()->iformat->name, "ogg") == 0;
}

Failure Container::failure(weft_status code, const std::string& what) const {
    return {code, "'" + name_ + "' " + what};
}

Status Container::check_size(uint64_t width, uint64_t height, uint64_t planes) const {
    const std::string size = std::to_string(width) + "x" + std::to_string(height);
    if (width > limits_.side || height > limits_.side)
        return failure(WEFT_INVALID, "claims " + size + " pixels; the limit is " +
                                         std::to_string(limits_.side) + " a side");
    const uint64_t bytes = width * height * planes * sizeof(float);
    if (bytes > limits_.plane_bytes)
        return failure(WEFT_INVALID, "claims " + size + " pixels, " + size_text(bytes) +
                                         " in memory; the limit is " +
                                         size_text(limits_.plane_bytes));
    return {};
}

Result<Decoder> Decoder::open(Container& container, int stream, int threads, bool strict) {
    const AVCodecParameters& parameters = *container.stream(stream).codecpar;
    const AVCodec* codec = avcodec_find_decoder(parameters.codec_id);
    if (!codec)
        return container.failure(WEFT_UNSUPPORTED, std::string("is coded as ") +
                                                       avcodec_get_name(parameters.codec_id) +
                                                       ", for which there is no decoder");
    Decoder self(container, stream);
    self.strict_ = strict;
    self.packet_.reset(av_packet_alloc());
    self.codec_.reset(avcodec_alloc_context3(codec));
    AVCodecContext& context = *self.codec_;
    if (const int code = avcodec_parameters_to_context(&context, &parameters); code < 0)
        return container.failure(WEFT_INVALID, error_text(code));
    context.pkt_timebase = container.stream(stream).time_base;
    context.thread_count = threads;
    if (strict) context.err_recognition = AV_EF_CRCCHECK | AV_EF_BUFFER;
    // TIFF takes a tag that it does not know for damage.
    if (strict && codec->id != AV_CODEC_ID_TIFF) context.err_recognition |= AV_EF_EXPLODE;
    // FFmpeg takes the first block of Ogg Vorbis, which gives no sound, for sound, and cuts as much
    // off the end; whoever decodes must do it (sound.cpp).
    if (is_ogg_vorbis(container, stream)) context.flags2 |= AV_CODEC_FLAG2_SKIP_MANUAL;
    self.gate_ = std::unique_ptr<Gate>(new Gate{&container, 0, 0});
    if (codec->type == AVMEDIA_TYPE_VIDEO) {
        context.opaque = self.gate_.get();
        context.get_buffer2 = &Decoder::get_buffer;
    }
    if (const int code = avcodec_open2(&context, codec, nullptr); code < 0)
        return container.failure(WEFT_INVALID, "cannot be decoded: " + explain(code));
    return self;
}

// Called by the codec, perhaps from its own threads, before it allocates a picture.
int Decoder::get_buffer(AVCodecContext* codec, AVFrame* frame, int flags) {
    auto* gate = static_cast<Gate*>(codec->opaque);
    const auto width = static_cast<uint64_t>(std::max(frame->width, 0));
    const auto height = static_cast<uint64_t>(std::max(frame->height, 0));
    if (!gate->container->check_size(width, height, 1).ok()) {
        gate->width = width;
        gate->height = height;
        return AVERROR(EINVAL);
    }
    return avcodec_default_get_buffer2(codec, frame, flags);
}

Failure Decoder::damage(int code) const {
    if (gate_->width) {
        Status size = container_->check_size(gate_->width, gate_->height, 1);
        return size.failure();
    }
    return container_->failure(WEFT_INVALID, "is damaged: " + explain(code));
}

void Decoder::flush() {
    avcodec_flush_buffers(codec_.get());
    draining_ = false;
}

// Hands the next packet of our stream to the codec, or tells it that there are no more.
Status Decoder::feed() {
    for (;;) {
        const int read = av_read_frame(container_->format(), packet_.get());
        // A file that breaks off ends there; what was read before is good.
        const bool end = read < 0;
        if (!end && packet_->stream_index != stream_) {
            av_packet_unref(packet_.get());
            continue;
        }
        const int sent = avcodec_send_packet(codec_.get(), end ? nullptr : packet_.get());
        av_packet_unref(packet_.get());
        draining_ = end;
        if (sent >= 0 || sent == AVERROR_EOF || sent == AVERROR(EAGAIN)) return {};
        if (sent == AVERROR(ENOMEM)) return Failure{WEFT_UNAVAILABLE, error_text(sent)};
        if (strict_ || end) return damage(sent);
        ++damaged_;
    }
}

Result<bool> Decoder::next(AVFrame& frame) {
    for (;;) {
        const int got = avcodec_receive_frame(codec_.get(), &frame);
        if (got >= 0) return true;
        if (got == AVERROR_EOF) return false;
        if (got != AVERROR(EAGAIN)) {
            if (strict_ || got == AVERROR(ENOMEM)) return damage(got);
            ++damaged_;
            if (draining_) return false;
        } else if (draining_) {
            return false;
        }
        if (Status status = feed(); !status.ok()) return status.failure();
    }
}

}  // namespace weft::media

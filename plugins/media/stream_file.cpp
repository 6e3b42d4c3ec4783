// Films, with their sound, and compressed sound: encoders and a container of FFmpeg.

#include "av_log.h"
#include "coding.h"
#include "frames.h"
#include "output.h"
#include "sound_queue.h"

#include <algorithm>
#include <cerrno>
#include <optional>

namespace weft::media {

namespace {

struct FreeMuxer {
    void operator()(AVFormatContext* muxer) const { avformat_free_context(muxer); }
};

struct Track {
    AVStream* stream = nullptr;  // the muxer's
    Owned<AVCodecContext> codec;
    Owned<AVBSFContext> filter;
};

class StreamFile : public Output {
public:
    explicit StreamFile(const OutputSettings& settings)
        : settings_(settings), packet_(av_packet_alloc()), sound_frame_(av_frame_alloc()) {}

    Status open() {
        Result<std::unique_ptr<AtomicFile>> file = AtomicFile::create(settings_.path);
        if (!file.ok()) return file.failure();
        file_ = std::move(*file);
        AVFormatContext* muxer = nullptr;
        const int made = avformat_alloc_output_context2(&muxer, nullptr, muxer_name(settings_),
                                                        settings_.path.c_str());
        muxer_.reset(muxer);
        if (made < 0) return failure(made);
        muxer->pb = file_->io();
        muxer->flags |= AVFMT_FLAG_CUSTOM_IO | AVFMT_FLAG_BITEXACT;
        muxer->max_interleave_delta = 0;  // packets wait for their partners however long it takes
        const bool global_header = muxer->oformat->flags & AVFMT_GLOBALHEADER;

        if (muxer->oformat->video_codec != AV_CODEC_ID_NONE && settings_.width > 0 &&
            settings_.fps > 0 && !sound_only()) {
            Status status = add(pictures_, open_picture_encoder(settings_, global_header));
            if (!status.ok()) return status;
            const AVCodecContext& codec = *pictures_->codec;
            pictures_->stream->avg_frame_rate = codec.framerate;
            Result<FrameMaker> maker =
                FrameMaker::create(codec.pix_fmt, settings_.width, settings_.height,
                                   codec.colorspace, codec.color_range);
            if (!maker.ok()) return maker.failure();
            maker_ = std::move(*maker);
        }
        if (settings_.channels > 0 && settings_.extension != "apng") {
            Status status = add(sound_, open_sound_encoder(settings_, global_header));
            if (!status.ok()) return status;
            Result<SoundQueue> queue =
                SoundQueue::create(*sound_->codec, static_cast<int>(settings_.rate));
            if (!queue.ok()) return queue.failure();
            queue_ = std::move(*queue);
        }
        if (!pictures_ && !sound_)
            return Failure{WEFT_INVALID, "'" + settings_.path + "' needs sound; there is none"};
        Options options;
        if (settings_.extension == "apng") options.set("plays", int64_t{0});  // for ever
        if (const int code = avformat_write_header(muxer, options.get()); code < 0)
            return failure(code);
        return {};
    }

    Status picture(const Raster& raster) override {
        if (!pictures_) return Failure{WEFT_INVALID, "this file holds no pictures"};
        Result<AVFrame*> frame = maker_->make(raster);
        if (!frame.ok()) return frame.failure();
        (*frame)->pts = picture_count_++;
        return encode(*pictures_, *frame);
    }

    Status sound(const SoundBlock& block) override {
        if (!sound_) return Failure{WEFT_INVALID, "this file holds no sound"};
        if (Status status = queue_->put(block); !status.ok()) return status;
        return drain_queue();
    }

    Status finish() override {
        if (pictures_) {
            if (Status status = encode(*pictures_, nullptr); !status.ok()) return status;
        }
        if (sound_) {
            if (Status status = queue_->end(); !status.ok()) return status;
            if (Status status = drain_queue(); !status.ok()) return status;
            if (Status status = encode(*sound_, nullptr); !status.ok()) return status;
        }
        if (const int code = av_write_trailer(muxer_.get()); code < 0) return failure(code);
        return file_->commit();
    }

private:
    bool sound_only() const { return settings_.extension == "ogg" || settings_.extension == "mp3"; }

    bool matroska() const { return settings_.extension == "webm" || settings_.extension == "mkv"; }

    // The file's own trouble tells more than the muxer's report of it.
    Failure failure(int code) const {
        if (file_->io_error()) return file_->failure(file_->io_error());
        const std::string complaint = take_complaint();
        return {WEFT_UNAVAILABLE, "cannot write '" + settings_.path + "': " + error_text(code) +
                                      (complaint.empty() ? "" : " (" + complaint + ")")};
    }

    Status add(std::optional<Track>& track, Result<EncoderChoice> choice) {
        if (!choice.ok()) return choice.failure();
        track.emplace();
        track->codec = std::move(choice->codec);
        track->filter = std::move(choice->filter);
        track->stream = avformat_new_stream(muxer_.get(), nullptr);
        if (!track->stream) return Failure{WEFT_UNAVAILABLE, "out of memory"};
        track->stream->time_base = track->codec->time_base;
        AVCodecParameters* parameters = track->stream->codecpar;
        const int code = track->filter
                             ? avcodec_parameters_copy(parameters, track->filter->par_out)
                             : avcodec_parameters_from_context(parameters, track->codec.get());
        parameters->codec_tag = 0;
        return code < 0 ? Status(failure(code)) : Status();
    }

    Status drain_queue() {
        for (;;) {
            Result<bool> got = queue_->take(*sound_frame_);
            if (!got.ok()) return got.failure();
            if (!*got) return {};
            if (Status status = encode(*sound_, sound_frame_.get()); !status.ok()) return status;
        }
    }

    // A null frame asks for what the encoder still holds.
    Status encode(Track& track, const AVFrame* frame) {
        if (const int code = avcodec_send_frame(track.codec.get(), frame); code < 0)
            return failure(code);
        for (;;) {
            const int code = avcodec_receive_packet(track.codec.get(), packet_.get());
            if (code == AVERROR(EAGAIN)) return {};
            if (code == AVERROR_EOF) break;
            if (code < 0) return failure(code);
            if (Status status = filter(track, packet_.get()); !status.ok()) return status;
        }
        return track.filter ? filter(track, nullptr) : Status();
    }

    Status filter(Track& track, AVPacket* packet) {
        if (!track.filter) return mux(track, packet);
        if (const int code = av_bsf_send_packet(track.filter.get(), packet); code < 0)
            return failure(code);
        for (;;) {
            const int code = av_bsf_receive_packet(track.filter.get(), packet_.get());
            if (code == AVERROR(EAGAIN) || code == AVERROR_EOF) return {};
            if (code < 0) return failure(code);
            if (Status status = mux(track, packet_.get()); !status.ok()) return status;
        }
    }

    Status mux(Track& track, AVPacket* packet) {
        packet->stream_index = track.stream->index;
        // So that the last picture lasts as long as the others.
        if (pictures_ && &track == &*pictures_ && packet->duration == 0) packet->duration = 1;
        // A block of Matroska stands later than what it plays by the delay of its codec; FFmpeg's
        // muxer leaves that out, and would move the pictures instead.
        if (matroska() && sound_ && &track == &*sound_ && packet->pts != AV_NOPTS_VALUE) {
            packet->pts += track.codec->initial_padding;
            packet->dts += track.codec->initial_padding;
        }
        av_packet_rescale_ts(packet, track.codec->time_base, track.stream->time_base);
        const int code = av_interleaved_write_frame(muxer_.get(), packet);
        if (code < 0 || file_->io_error()) return failure(code);
        return {};
    }

    OutputSettings settings_;
    std::unique_ptr<AtomicFile> file_;
    std::unique_ptr<AVFormatContext, FreeMuxer> muxer_;
    std::optional<Track> pictures_;
    std::optional<Track> sound_;
    std::optional<FrameMaker> maker_;
    std::optional<SoundQueue> queue_;
    Owned<AVPacket> packet_;
    Owned<AVFrame> sound_frame_;
    int64_t picture_count_ = 0;
};

}  // namespace

OpenedOutput open_stream_file(const OutputSettings& settings) {
    auto output = std::make_unique<StreamFile>(settings);
    if (Status status = output->open(); !status.ok()) return status.failure();
    return std::unique_ptr<Output>(std::move(output));
}

}  // namespace weft::media

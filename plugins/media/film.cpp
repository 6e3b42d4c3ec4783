#include "film.h"

#include <algorithm>
#include <utility>

namespace weft::media {

namespace {

// Decoding on past so many frames costs no more than a seek, which empties the decoder.
constexpr uint64_t kWorthDecodingOn = 8;

// FFmpeg's own threads, besides the host's: more gain little and hold a frame each.
constexpr uint32_t kMaxDecoderThreads = 8;

Orientation orientation_of_stream(const AVStream& stream) {
    size_t size = 0;
    const uint8_t* data = av_stream_get_side_data(&stream, AV_PKT_DATA_DISPLAYMATRIX, &size);
    constexpr size_t kMatrixBytes = 9 * sizeof(int32_t);
    if (!data || size < kMatrixBytes) return {};
    int32_t matrix[9];
    std::copy_n(data, sizeof matrix, reinterpret_cast<uint8_t*>(matrix));
    return orientation_from_matrix(matrix);
}

}  // namespace

Film::Film(std::unique_ptr<Container> container, FilmIndex index, Decoder decoder,
           const Services& services)
    : services_(services),
      container_(std::move(container)),
      index_(std::move(index)),
      decoder_(std::move(decoder)),
      orientation_(orientation_of_stream(container_->stream(container_->picture_stream()))),
      current_(av_frame_alloc()),
      ahead_(av_frame_alloc()) {}

Result<std::unique_ptr<Film>> Film::open(std::unique_ptr<Container> container,
                                         const Services& services) {
    Result<FilmIndex> index = FilmIndex::build(*container);
    if (!index.ok()) return index.failure();
    const uint32_t threads = std::min(services.concurrency(), kMaxDecoderThreads);
    Result<Decoder> decoder =
        Decoder::open(*container, container->picture_stream(), static_cast<int>(threads), false);
    if (!decoder.ok()) return decoder.failure();
    std::unique_ptr<Film> self(
        new Film(std::move(container), std::move(*index), std::move(*decoder), services));
    if (Status status = self->decode_to(0); !status.ok()) return status.failure();
    self->width_ = static_cast<uint64_t>(self->current_->width);
    self->height_ = static_cast<uint64_t>(self->current_->height);
    if (self->orientation_.transpose) std::swap(self->width_, self->height_);
    return self;
}

Status Film::read(uint64_t frame, const Planes& planes) {
    if (Status status = decode_to(frame); !status.ok()) return status;
    warn_of_damage();
    Status status = converter_.convert(*current_, orientation_, planes, services_);
    if (!status.ok())
        return container_->failure(status.failure().code, ": " + status.failure().message);
    return {};
}

// Once: a damaged film may be read for hours.
void Film::warn_of_damage() {
    if (warned_ || decoder_.damaged() == 0) return;
    warned_ = true;
    services_.warn("'" + container_->name() +
                   "' is damaged; where a frame cannot be decoded, the one before it is shown");
}

Result<bool> Film::next(AVFrame& frame) {
    av_frame_unref(&frame);
    Result<bool> got = decoder_.next(frame);
    if (!got.ok() || !*got) return got;
    if (index_.counted())
        frame.pts = count_++;
    else if (frame.best_effort_timestamp != AV_NOPTS_VALUE)
        frame.pts = frame.best_effort_timestamp;
    else
        frame.pts = has_current_ ? current_->pts + 1 : index_.stamp(0);
    return true;
}

Status Film::begin_again() {
    has_current_ = has_ahead_ = false;
    count_ = 0;
    if (Status status = container_->restart(); !status.ok()) return status;
    decoder_.flush();
    Result<bool> got = next(*current_);
    if (!got.ok()) return got.failure();
    if (!*got) return container_->failure(WEFT_INVALID, "holds no pictures that can be decoded");
    has_current_ = true;
    return {};
}

// Leaves `current_` at a frame that is not after the wanted one. Demuxers seek by decoding time or
// roughly: what comes out of the decoder tells where we are, and if that is too late we go further
// back, at worst to the beginning.
Status Film::seek(uint64_t frame) {
    if (!index_.counted()) {
        const int stream = container_->picture_stream();
        size_t key = index_.key_before(frame);
        for (size_t back = 1;; back *= 2) {
            has_current_ = has_ahead_ = false;
            if (av_seek_frame(container_->format(), stream, index_.keys()[key].seek_stamp,
                              AVSEEK_FLAG_BACKWARD) < 0)
                break;
            decoder_.flush();
            Result<bool> got = next(*current_);
            if (!got.ok()) return got.failure();
            has_current_ = *got;
            if (has_current_ && current_->pts <= index_.stamp(frame)) return {};
            if (key == 0) break;
            key -= std::min(key, back);
        }
    }
    return begin_again();
}

Status Film::decode_to(uint64_t frame) {
    const int64_t wanted = index_.stamp(frame);
    bool jump = !has_current_ || wanted < current_->pts;
    if (!jump && !index_.counted()) {
        const FilmIndex::Key& key = index_.keys()[index_.key_before(frame)];
        jump = index_.stamp(key.frame) > current_->pts && key.frame > kWorthDecodingOn &&
               index_.stamp(key.frame - kWorthDecodingOn) > current_->pts;
    }
    if (jump) {
        if (Status status = seek(frame); !status.ok()) return status;
    }
    while (current_->pts < wanted) {
        if (!has_ahead_) {
            Result<bool> got = next(*ahead_);
            if (!got.ok()) return got.failure();
            if (!*got) break;  // the last frame that can be decoded is held
            has_ahead_ = true;
        }
        if (ahead_->pts > wanted) break;
        std::swap(current_, ahead_);
        has_ahead_ = false;
    }
    return {};
}

}  // namespace weft::media

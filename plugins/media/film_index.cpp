#include "film_index.h"

#include <algorithm>
#include <cmath>

namespace weft::media {

namespace {

struct PacketTimes {
    int64_t pts;
    int64_t seek;  // the earlier of pts and dts
    bool key;
};

double rate_of(AVRational rational) {
    return rational.num > 0 && rational.den > 0 ? av_q2d(rational) : 0;
}

}  // namespace

Result<FilmIndex> FilmIndex::build(Container& container) {
    const int picture = container.picture_stream();
    AVFormatContext* format = container.format();
    for (unsigned i = 0; i < format->nb_streams; ++i)
        if (static_cast<int>(i) != picture) format->streams[i]->discard = AVDISCARD_ALL;

    // AVI and MPEG program streams leave times out. The time of decoding will do instead only where
    // no frame is shown out of turn.
    const bool in_order = container.stream(picture).codecpar->video_delay == 0;
    std::vector<PacketTimes> packets;
    bool timed = true;
    const Owned<AVPacket> packet(av_packet_alloc());
    while (av_read_frame(format, packet.get()) >= 0) {
        if (packet->stream_index == picture && !(packet->flags & AV_PKT_FLAG_DISCARD)) {
            const int64_t dts = packet->dts;
            const int64_t pts = packet->pts == AV_NOPTS_VALUE ? dts : packet->pts;
            timed = timed && pts != AV_NOPTS_VALUE && (in_order || packet->pts == pts);
            packets.push_back({pts, dts == AV_NOPTS_VALUE ? pts : std::min(pts, dts),
                               (packet->flags & AV_PKT_FLAG_KEY) != 0});
        }
        av_packet_unref(packet.get());
    }
    if (packets.empty()) return container.failure(WEFT_INVALID, "holds no pictures");

    FilmIndex self;
    self.counted_ = !timed;
    if (!timed) {
        for (size_t i = 0; i < packets.size(); ++i)
            packets[i] = {static_cast<int64_t>(i), static_cast<int64_t>(i), i == 0};
    }
    std::sort(packets.begin(), packets.end(),
              [](const PacketTimes& a, const PacketTimes& b) { return a.pts < b.pts; });
    for (const PacketTimes& times : packets) {
        // Two packets of one time are the fields of one frame.
        if (!self.frames_.empty() && self.frames_.back() == times.pts) continue;
        self.frames_.push_back(times.pts);
        const bool first = self.frames_.size() == 1;
        if (times.key || first) self.keys_.push_back({self.frames_.size() - 1, times.seek});
    }
    self.settle_rate(container);
    return self;
}

// Whether frame k stands at k / rate, as far as a clock of this tick can say.
bool FilmIndex::fits(double rate, double tick, bool adds_up) const {
    if (!(rate > 0)) return false;
    for (size_t k = 0; k < frames_.size(); ++k) {
        // Stamps are rounded to ticks, the first one too; but a frame that was left out must show.
        constexpr double kSlack = 1e-6;
        const double rounding = adds_up ? std::max(1.0, 0.5 * static_cast<double>(k)) : 1.0;
        const double tolerance = std::min(tick * (rounding + kSlack), 0.25 / rate);
        const double at = static_cast<double>(frames_[k] - frames_[0]) * tick;
        if (std::abs(at - static_cast<double>(k) / rate) > tolerance) return false;
    }
    return true;
}

void FilmIndex::settle_rate(const Container& container) {
    const AVStream& stream = container.stream(container.picture_stream());
    const double average = rate_of(stream.avg_frame_rate);
    const double real = rate_of(stream.r_frame_rate);
    if (counted_) {
        rate_ = average > 0 ? average : real > 0 ? real : rate_;
        constant_ = true;
        return;
    }
    const double tick = av_q2d(stream.time_base);
    // APNG stores how long each frame lasts: the roundings add up.
    const bool adds_up = stream.codecpar->codec_id == AV_CODEC_ID_APNG;
    const double length = static_cast<double>(frames_.back() - frames_.front()) * tick;
    const double counted =
        frames_.size() > 1 && length > 0 ? static_cast<double>(frames_.size() - 1) / length : 0;
    for (const double rate : {average, real, counted}) {
        if (!fits(rate, tick, adds_up)) continue;
        rate_ = rate;
        constant_ = true;
        return;
    }
    rate_ = counted > 0 ? counted : average > 0 ? average : rate_;
    for (const int64_t stamp : frames_)
        seconds_.push_back(static_cast<double>(stamp - frames_.front()) * tick);
}

uint64_t FilmIndex::frame_at(double time) const {
    const uint64_t last = frames_.size() - 1;
    if (!(time > 0)) return 0;
    if (constant_) {
        const double frame = std::floor(time * rate_ + kEarly);
        return frame >= static_cast<double>(last) ? last : static_cast<uint64_t>(frame);
    }
    const auto after = std::upper_bound(seconds_.begin(), seconds_.end(), time + kEarly / rate_);
    return after == seconds_.begin() ? 0 : static_cast<uint64_t>(after - seconds_.begin()) - 1;
}

size_t FilmIndex::key_before(uint64_t frame) const {
    const auto after =
        std::upper_bound(keys_.begin(), keys_.end(), frame,
                         [](uint64_t wanted, const Key& key) { return wanted < key.frame; });
    return static_cast<size_t>(after - keys_.begin()) - 1;
}

}  // namespace weft::media

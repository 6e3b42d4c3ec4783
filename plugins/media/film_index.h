// Which frames a film has and when each is in force, found by reading its packets once.
#pragma once

#include "container.h"

#include <cstdint>
#include <vector>

namespace weft::media {

class FilmIndex {
public:
    // Reads the film's packets to the end.
    [[nodiscard]] static Result<FilmIndex> build(Container& container);

    [[nodiscard]] uint64_t size() const { return frames_.size(); }
    // Presentation time stamp of a frame, in the stream's unit; rising.
    [[nodiscard]] int64_t stamp(uint64_t frame) const { return frames_[frame]; }
    // Frames a second: exact where the rate is constant, else the average.
    [[nodiscard]] double rate() const { return rate_; }
    [[nodiscard]] bool constant_rate() const { return constant_; }
    // The file has no usable time stamps: frames are counted, and only from the beginning.
    [[nodiscard]] bool counted() const { return counted_; }

    // The frame in force `time` seconds after the first: the last one that is not later. A frame
    // begins kEarly of its length early, so that a time that was rounded still finds it. The first
    // and the last frame are held outside.
    [[nodiscard]] uint64_t frame_at(double time) const;
    static constexpr double kEarly = 1.0 / 1024.0;

    // Where decoding must begin to reach a frame.
    struct Key {
        uint64_t frame;
        int64_t seek_stamp;  // for av_seek_frame
    };
    // The keys, rising; the first one stands for the first frame.
    [[nodiscard]] const std::vector<Key>& keys() const { return keys_; }
    // Index into keys() of the last one not after `frame`.
    [[nodiscard]] size_t key_before(uint64_t frame) const;

private:
    void settle_rate(const Container& container);
    [[nodiscard]] bool fits(double rate, double tick, bool adds_up) const;

    std::vector<int64_t> frames_;
    std::vector<double> seconds_;  // after the first frame; only where the rate varies
    std::vector<Key> keys_;
    double rate_ = 25;
    bool constant_ = false;
    bool counted_ = false;
};

}  // namespace weft::media

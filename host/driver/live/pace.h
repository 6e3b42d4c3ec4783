// Which frame is due, by the clock, and how frames went: shown, left out, how long they took.
#pragma once

#include <cstdint>
#include <optional>

#include "runtime/clock.h"
#include "runtime/show.h"

namespace weft::driver {

class Pace {
public:
    // Both outlive it.
    explicit Pace(const runtime::Clock& clock) : clock_(clock) {}

    struct Due {
        std::int64_t frame = 0;     // absframe
        std::int64_t left_out = 0;  // as FrameRequest's
        double moment = 0;          // CLOCK_MONOTONIC seconds at which it shows
    };
    // The frame that is due, unless it was run. Nothing: none was, and some time was waited.
    [[nodiscard]] std::optional<Due> next(const runtime::Show& show);
    // The frame that `next` gave was run.
    void done(double began);
    // It failed: nobody sees it.
    void failed() { ++left_out_; }
    // Another show goes on where this one is; its frames may be of another length.
    void change(const runtime::Show& before, const runtime::Show& after);

    [[nodiscard]] std::int64_t newest() const { return newest_; }  // -1: none
    [[nodiscard]] std::uint64_t shown() const { return shown_; }
    [[nodiscard]] std::uint64_t left_out() const { return left_out_; }
    // Seconds of the last frame's work, and frames a second of late.
    [[nodiscard]] double frame_time() const { return frame_time_; }
    [[nodiscard]] double fps() const { return fps_; }
    // Of the frames since it was asked last: mean and longest, seconds.
    struct Lately {
        double mean = 0;
        double worst = 0;
        double fps = 0;
    };
    [[nodiscard]] Lately lately();

private:
    const runtime::Clock& clock_;
    std::int64_t newest_ = -1;
    std::int64_t tick_ = -1;  // of caches, weft_frame_tick
    std::uint64_t shown_ = 0;
    std::uint64_t left_out_ = 0;
    double frame_time_ = 0;
    double fps_ = 0;
    double last_ = 0;  // when the last frame was done
    double asked_ = 0;
    double sum_ = 0;
    double worst_ = 0;
    std::uint64_t count_ = 0;
};

}  // namespace weft::driver

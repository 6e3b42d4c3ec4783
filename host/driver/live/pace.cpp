#include "driver/live/pace.h"

#include <algorithm>
#include <cmath>

#include "runtime/time.h"

namespace weft::driver {

std::optional<Pace::Due> Pace::next(const runtime::Show& show) {
    const auto sample =
        static_cast<std::int64_t>(std::floor(clock_.sample_at(runtime::monotonic())));
    const std::int64_t due = sample < 0 ? -1 : show.frame_of(sample);
    if (due <= newest_) {
        // A little later, so that the sample is there however times are rounded.
        const double next = static_cast<double>(show.first_sample(newest_ + 1)) + 0.25;
        runtime::wait_until(clock_.moment_of(next));
        return std::nullopt;
    }
    left_out_ += newest_ < 0 ? 0 : static_cast<std::uint64_t>(due - newest_ - 1);
    newest_ = due;
    ++tick_;
    return Due{due, due - tick_, clock_.moment_of(static_cast<double>(show.first_sample(due)))};
}

void Pace::done(double began) {
    const double now = runtime::monotonic();
    frame_time_ = now - began;
    if (last_ > 0 && now > last_) {
        const double rate = 1 / (now - last_);
        fps_ += fps_ == 0 ? rate : (rate - fps_) * 0.05;
    }
    last_ = now;
    ++shown_;
    ++count_;
    sum_ += frame_time_;
    worst_ = std::max(worst_, frame_time_);
}

void Pace::change(const runtime::Show& before, const runtime::Show& after) {
    if (newest_ >= 0) {
        newest_ = after.frame_of(before.first_sample(newest_));
    }
}

Pace::Lately Pace::lately() {
    const double now = runtime::monotonic();
    Lately lately;
    if (count_ != 0) {
        lately.mean = sum_ / static_cast<double>(count_);
        lately.worst = worst_;
        lately.fps = now > asked_ ? static_cast<double>(count_) / (now - asked_) : 0;
    }
    asked_ = now;
    sum_ = worst_ = 0;
    count_ = 0;
    return lately;
}

}  // namespace weft::driver

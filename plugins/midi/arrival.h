// When a message arrived: RtMidi says how long after the one before it, and calls some time later.
#pragma once

#include <algorithm>
#include <cmath>
#include <optional>

namespace weft::midi {

// The call that came least late tells how RtMidi's time relates to ours; what comes later than that
// was held up on its way, not played late.
class Arrival {
public:
    // `delta` seconds after the message before; `now`, CLOCK_MONOTONIC, is when we are told.
    double at(double delta, double now) {
        sum_ += delta;
        const double offset = now - sum_;
        const double elapsed = now - last_;
        last_ = now;
        if (!offset_ || std::abs(offset - *offset_) > kBroken)
            offset_ = offset;
        else
            offset_ = std::min(offset, *offset_ + elapsed * kDrift);
        return std::min(sum_ + *offset_, now);
    }

private:
    static constexpr double kDrift = 2e-4;  // more than two clocks differ, in seconds a second
    static constexpr double kBroken = 0.5;  // seconds: a clock was set, or deltas were lost

    double sum_ = 0;
    double last_ = 0;
    std::optional<double> offset_;
};

}  // namespace weft::midi

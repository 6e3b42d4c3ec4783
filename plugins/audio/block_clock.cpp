#include "block_clock.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace weft::audio {
namespace {

// Hz. Wide at first, so that it is soon in step; then so narrow that waking is averaged over
// seconds.
constexpr double kWide = 4;
constexpr double kNarrow = 0.1;
constexpr double kOff = 0.2;     // seconds: nobody wakes so late, time was lost
constexpr double kEarly = 0.02;  // seconds: nobody wakes so early, the moments before were late

}  // namespace

void BlockClock::start(double rate) {
    spacing_ = 1 / rate;
    since_ = 0;
    running_ = false;
}

void BlockClock::restart() {
    running_ = false;
}

double BlockClock::next(double now, std::uint64_t count) {
    const double samples = static_cast<double>(count);
    const double length = samples * spacing_;
    if (!running_ || now - due_ > kOff) {
        running_ = true;
        newest_ = std::max(now, due_);
        due_ = newest_ + length;
        since_ += length;
        return newest_;
    }
    newest_ = due_;
    if (due_ - now > kEarly) {
        // The thread catches up after it was held up: time goes at half its pace until it is met.
        due_ += length / 2;
        return newest_;
    }
    // One that is very late says little about when it was due.
    const double error = std::clamp(now - due_, -length, length);
    const double band = since_ > 1 / kNarrow ? kNarrow : std::min(1 / (since_ + 1e-9), kWide);
    const double omega = std::min(2 * std::numbers::pi * band * length, 0.5);
    due_ += length + std::numbers::sqrt2 * omega * error;
    spacing_ += omega * omega * error / samples;
    since_ += length;
    return newest_;
}

}  // namespace weft::audio

#include "clock_in.h"

#include <algorithm>
#include <cmath>

namespace weft::midi {

namespace {

constexpr double kHorizon = 0.25;        // seconds in which a difference to the clock is worked off
constexpr double kMostCorrection = 0.1;  // of the tempo
constexpr double kJump = 0.25;           // beats: a difference too large to be worked off
constexpr double kFar = 0.003;           // seconds from the line that may mean a new tempo
constexpr double kLost = 0.3;            // seconds without a tick
constexpr double kForgotten = 2.0;       // seconds after which nothing is known about lost ticks
constexpr double kShortest = 1e-3;       // seconds between ticks
constexpr int kInARow = 3;

}  // namespace

double ClockIn::told_beat(double time) const {
    return playing_ ? beat_ + (time - since_) * bpm_ / 60.0 : beat_;
}

weft_control_tempo ClockIn::tempo() const {
    return {sizeof(weft_control_tempo), playing_ ? 1u : 0u, since_, beat_, bpm_};
}

// The line through the last two ticks.
void ClockIn::restart_fit(double time) {
    at_ = time;
    period_ = std::max(time - heard_, kShortest);
    fitted_ = 2;
    one_side_ = 0;
    gaps_ = 0;
    guessed_ = 0;
}

// The line of least squares through a growing number of ticks, and from kMemory on one that forgets
// the older ones, as two gains.
void ClockIn::fit(double time) {
    // Ticks that were lost are counted, once it is known how far apart they are.
    std::int64_t steps = 1;
    if (settled()) {
        const double passed = std::round((time - heard_) / period_);
        steps = static_cast<std::int64_t>(std::clamp(passed, 1.0, 1000.0));
    }
    const double predicted = at_ + period_ * static_cast<double>(steps);
    const double error = time - predicted;
    const bool far = settled() && std::abs(error) > std::max(kFar, 4 * spread_);
    one_side_ = !far ? 0 : error > 0 ? std::max(one_side_, 0) + 1 : std::min(one_side_, 0) - 1;
    gaps_ = steps > 1 ? gaps_ + 1 : 0;
    guessed_ = steps > 1 ? guessed_ + steps - 1 : 0;
    spread_ += (std::abs(error) - spread_) / kMemory;
    if (gaps_ >= kInARow) {
        // Nothing was lost: the clock is slower. The ticks of this gap are not counted yet.
        ticks_ += 1 - (guessed_ - (steps - 1));
        restart_fit(time);
        return;
    }
    ticks_ += steps;
    if (std::abs(one_side_) >= kInARow) {
        restart_fit(time);
        return;
    }
    fitted_ = std::min(fitted_ + 1, kMemory);
    const double n = fitted_;
    at_ = predicted + error * 2 * (2 * n - 1) / (n * (n + 1));
    period_ += error * 6 / (n * (n + 1)) / static_cast<double>(steps);
    period_ = std::max(period_, kShortest);
}

bool ClockIn::tick(double time) {
    const bool forgotten = fitted_ > 0 && time - heard_ > kForgotten;
    const bool jump = playing_ && locate_.has_value();
    if (fitted_ == 0 || forgotten) {
        // The first of a new clock. The beat, if there was one, went on meanwhile.
        if (bpm_ > 0) ticks_ = std::llround(told_beat(time) * kPerBeat);
        at_ = time;
        period_ = 0;
        fitted_ = 1;
        one_side_ = 0;
        gaps_ = 0;
        guessed_ = 0;
    } else {
        const std::int64_t before = ticks_;
        fit(time);
        if (!playing_) ticks_ = before;  // the tempo is followed, the song stands
    }
    heard_ = time;
    lost_ = false;
    if (jump) {
        ticks_ = *locate_;
        locate_.reset();
        jumped_ = true;
    }
    return settled() && tell(time);
}

// From here on the beat shall be that of the clock. It leaves from where it is, at a speed that
// meets the clock's a little later.
bool ClockIn::tell(double time) {
    const double bpm = 60.0 / (kPerBeat * period_);
    const double beat = (static_cast<double>(ticks_) + (time - at_) / period_) / kPerBeat;
    const double told = told_beat(time);
    since_ = time;
    if (!playing_) {
        bpm_ = bpm;
        return true;
    }
    if (jumped_ || bpm_ == 0 || std::abs(beat - told) > kJump) {
        jumped_ = false;
        beat_ = beat;
        bpm_ = bpm;
        return true;
    }
    const double correction = (beat - told) * 60.0 / kHorizon;
    beat_ = told;
    bpm_ = bpm + std::clamp(correction, -kMostCorrection * bpm, kMostCorrection * bpm);
    return true;
}

bool ClockIn::hear(const Message& message, double time) {
    switch (message.status) {
        case kClock:
            if (starting_) playing_ = true;
            starting_ = false;
            return tick(time);
        case kStart:
            locate_ = 0;
            starting_ = true;
            return false;
        case kContinue:
            if (!locate_) locate_ = ticks_ + 1;
            starting_ = true;
            return false;
        case kStop:
            starting_ = false;
            if (!playing_) return false;
            beat_ = told_beat(time);
            since_ = time;
            playing_ = false;
            return true;
        case kSongPosition:
            locate_ = static_cast<std::int64_t>(message.pair()) * kSixteenth;
            return false;
        default: return false;
    }
}

bool ClockIn::check(double now) {
    const bool silent = fitted_ > 0 && now - heard_ >= std::max(kLost, 4 * period_);
    return silent && hold(now);
}

bool ClockIn::hold(double now) {
    if (lost_) return false;
    lost_ = true;
    if (!settled() || !playing_) return false;
    // The speed that worked a difference off must not go on for ever.
    beat_ = told_beat(now);
    since_ = now;
    bpm_ = 60.0 / (kPerBeat * period_);
    return true;
}

}  // namespace weft::midi

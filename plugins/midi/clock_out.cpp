#include "clock_out.h"

#include <cmath>

namespace weft::midi {

namespace {

constexpr double kMoment = 0.25;            // seconds that a clock may be behind
constexpr double kJump = 0.05;              // beats: more than a correction of the tempo moves it
constexpr double kFastest = 2000;           // bpm
constexpr std::int64_t kPositions = 16384;  // a song position has 14 bits

std::int64_t floor_div(std::int64_t a, std::int64_t b) {
    return a / b - (a % b < 0 ? 1 : 0);
}

}  // namespace

double ClockOut::beat_at(double time) const {
    return tempo_.beat + (time - tempo_.time) * tempo_.bpm / 60.0;
}

double ClockOut::time_of(std::int64_t tick) const {
    return tempo_.time + (static_cast<double>(tick) / kPerBeat - tempo_.beat) * 60.0 / tempo_.bpm;
}

// Ticks go on from `beat`; the receiver plays from the next sixteenth on, the only places it knows.
void ClockOut::locate(double beat) {
    constexpr double kExact = 1e-6;  // a beat that is a tick but for rounding
    next_ = static_cast<std::int64_t>(std::ceil(beat * kPerBeat - kExact));
    play_from_ = -floor_div(-next_, kSixteenth) * kSixteenth;
    stop_ = stop_ || running_;
    running_ = false;
}

void ClockOut::follow(const weft_control_tempo& tempo) {
    if (!(tempo.bpm > 0) || tempo.bpm > kFastest || !std::isfinite(tempo.beat) ||
        !std::isfinite(tempo.time))
        return;
    const bool plays = known_ && tempo_.playing;
    const bool jumps = !plays || std::abs(tempo.beat - beat_at(tempo.time)) > kJump;
    tempo_ = tempo;
    known_ = true;
    if (!tempo.playing) {
        stop_ = stop_ || running_;
        running_ = false;
    } else if (jumps) {
        locate(tempo.beat);
    }
}

void ClockOut::end(std::vector<Message>& messages) {
    if (running_ || stop_) messages.push_back({kStop});
    *this = {};
}

double ClockOut::due() const {
    if (stop_) return 0;
    if (!known_ || !tempo_.playing) return std::numeric_limits<double>::infinity();
    return time_of(next_);
}

void ClockOut::pop(double now, std::vector<Message>& messages) {
    if (stop_) messages.push_back({kStop});
    stop_ = false;
    if (!known_ || !tempo_.playing) return;
    if (now - time_of(next_) > kMoment) {
        locate(beat_at(now));
        if (stop_) messages.push_back({kStop});
        stop_ = false;
    }
    for (; time_of(next_) <= now; ++next_) {
        if (!running_ && next_ >= play_from_ && next_ >= 0) {
            if (next_ == 0) {
                messages.push_back({kStart});
            } else {
                const std::int64_t position = next_ / kSixteenth % kPositions;
                messages.push_back({kSongPosition, static_cast<std::uint8_t>(position % 128),
                                    static_cast<std::uint8_t>(position / 128)});
                messages.push_back({kContinue});
            }
            running_ = true;
        }
        messages.push_back({kClock});
    }
}

}  // namespace weft::midi

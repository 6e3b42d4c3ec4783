// The program's tempo as MIDI clock: which message is due when.
#pragma once

#include <weft/control.h>

#include <cstdint>
#include <limits>
#include <vector>

#include "message.h"

namespace weft::midi {

class ClockOut {
public:
    // The program's tempo from now on.
    void follow(const weft_control_tempo& tempo);

    // Nothing is followed any more. Appends what ends the clock.
    void end(std::vector<Message>& messages);

    // CLOCK_MONOTONIC second at which something is due; infinity: nothing ever.
    [[nodiscard]] double due() const;

    // Appends what is due at `now`. Ticks of a past further back than a moment are left out: a
    // clock catches up by its song position, not by a burst.
    void pop(double now, std::vector<Message>& messages);

private:
    void locate(double beat);
    [[nodiscard]] double time_of(std::int64_t tick) const;
    [[nodiscard]] double beat_at(double time) const;

    static constexpr int kPerBeat = 24;
    static constexpr int kSixteenth = 6;  // ticks

    weft_control_tempo tempo_ = {};
    bool known_ = false;
    bool running_ = false;        // the receiver was told to play
    bool stop_ = false;           // it is to be told to stop
    std::int64_t next_ = 0;       // number of the next tick
    std::int64_t play_from_ = 0;  // the tick with which it shall begin to play, unless running
};

}  // namespace weft::midi

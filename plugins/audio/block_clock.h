// When blocks of sound happen, on CLOCK_MONOTONIC. A device asks for blocks at a steady rate, but
// the thread that serves it wakes more or less late: a loop of second order over the moments of its
// waking tells steady times. PortAudio's own stream time is not used for this: JACK's overflows
// after a day, ALSA's follows the wall clock.
#pragma once

#include <cstdint>

namespace weft::audio {

class BlockClock {
public:
    // Samples a second; forgets what was.
    void start(double rate);
    // Time was lost: the next block is as late as it is.
    void restart();

    // [audio-thread] Never earlier than the end of the buffer before. When the device asked for a
    // buffer of `count` samples whose thread woke at `now`.
    double next(double now, std::uint64_t count);
    // [audio-thread] Seconds from the newest buffer to the one after it.
    [[nodiscard]] double length() const { return due_ - newest_; }

private:
    double spacing_ = 0;  // seconds a sample, as measured
    double newest_ = 0;   // moment of the newest buffer
    double due_ = 0;      // ... of the one after it
    double since_ = 0;    // seconds since the start, of blocks
    bool running_ = false;
};

}  // namespace weft::audio

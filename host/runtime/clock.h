// The one clock of a live show: at which sample of its own the show is, at any moment of
// CLOCK_MONOTONIC. A sound device leads it where there is one; else it goes by the rate alone.
//
// A device tells with every block when its first sample is heard. These times tremble, so that they
// go through a delay-locked loop of second order, which also finds how fast the device really is.
// The clock never steps: what it is off by is worked off at no more than a few parts in a thousand.
// When the device goes, the clock goes on as fast as it last went; when it comes back, sound
// continues at the sample that it is by then.
#pragma once

#include <atomic>
#include <cstdint>

#include "base/every_block.h"

namespace weft::runtime {

class Clock {
public:
    // `rate`: samples of the show a second.
    explicit Clock(double rate);

    // The show stands at `sample` at `moment` (CLOCK_MONOTONIC seconds). Nobody reads it meanwhile.
    void start(double moment, std::int64_t sample);
    [[nodiscard]] bool started() const { return started_.load(std::memory_order_acquire); }

    // [the thread that computes sound] A block of a device, of which the first sample is heard at
    // `moment`: which sample of the show that is. `resumed`: the device was away.
    WEFT_EVERY_BLOCK [[nodiscard]] std::int64_t block(double moment, std::uint64_t count,
                                                      bool resumed) noexcept;

    // [the same] Without a device: the samples that are due before `moment`.
    struct Due {
        std::int64_t first = 0;
        std::uint64_t count = 0;
    };
    [[nodiscard]] Due follow(double moment) noexcept;

    // [any thread] The place at a moment in samples, and the moment of a place.
    [[nodiscard]] double sample_at(double moment) const;
    [[nodiscard]] double moment_of(double sample) const;
    // From `sample` at `moment` on, a sample takes `period` seconds.
    struct Line {
        double moment = 0;
        double sample = 0;
        double period = 0;
    };
    // How it goes now. Who calls block() or follow() has it at once; others may meet a writer at
    // work, and look again. [any thread]
    WEFT_EVERY_BLOCK [[nodiscard]] Line line() const;
    // How much faster the device is than it says, parts per million; 0 without one. [any thread]
    [[nodiscard]] double drift() const {
        return (1.0 / rate_ / smooth_.load(std::memory_order_relaxed) - 1.0) * 1e6;
    }

    // Samples that nobody computed, because a device stood still for too long. [any thread]
    [[nodiscard]] std::int64_t skipped() const { return skipped_.load(std::memory_order_relaxed); }

private:
    void set_loop(std::uint64_t count) noexcept;
    WEFT_EVERY_BLOCK void set(const Line& line) noexcept;

    double rate_;
    std::atomic<bool> started_{false};
    // A sequence lock: one writer, who never waits.
    std::atomic<std::uint32_t> sequence_{0};
    std::atomic<double> moment_{0};
    std::atomic<double> sample_{0};
    std::atomic<double> period_;
    std::atomic<std::int64_t> skipped_{0};
    // Of the writer, beside each other.
    double shortest_;  // seconds that a sample may take
    double longest_;
    // The loop, for blocks of one length.
    struct Loop {
        std::uint64_t count = UINT64_MAX;  // samples
        bool settles = true;               // it is wide
        double length = 0;                 // seconds
        double each = 0;                   // of a block, what a sample is
        double step = 0;                   // of an error, what the next block works off
        double bend = 0;                   // ... what a sample's time changes by
        double most = 0;                   // seconds that a block may be bent by
    };
    Loop loop_;
    bool led_ = false;            // by a device, for at least a block
    std::int64_t next_ = 0;       // the sample that the next block begins with
    double due_ = 0;              // when it is due, by the loop
    std::atomic<double> smooth_;  // seconds a sample takes, by the loop
    double settled_ = 0;          // seconds that the loop has followed the device
};

}  // namespace weft::runtime

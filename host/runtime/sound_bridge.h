// Sound from one device to another, each with a clock of its own: one thread writes blocks, another
// reads blocks of its own, and neither waits for the other. No two devices run equally fast, and
// their rates may be different ones altogether: what is read is resampled, by as much as the two
// clocks are seen to differ.
//
// The reader stays behind the writer by what it has turned out to need: it begins right behind, and
// each time that something is not there yet it goes back by as much, and a little more.
#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "runtime/clock.h"
#include "runtime/resampler.h"
#include "runtime/slot.h"

namespace weft::runtime {

class SoundBridge {
public:
    SoundBridge(double writer_rate, double reader_rate, std::uint32_t channels);
    SoundBridge(const SoundBridge&) = delete;
    SoundBridge& operator=(const SoundBridge&) = delete;

    [[nodiscard]] std::uint32_t channels() const { return channels_; }

    // Samples [first, first + count) of every channel; null: silence. What was left out since the
    // last ones is silent. `line`: where the writer's clock is at which moment. [writer]
    void write(const Clock::Line& line, std::int64_t first, const float* const* data,
               std::uint64_t count) noexcept;

    // As many samples as a block of the reader's has, of which the first is heard at `moment`
    // (CLOCK_MONOTONIC seconds). [reader]
    void read(double moment, std::uint64_t count, float* const* data) noexcept;

    // Blocks that were silent because the writer was late. [any thread]
    [[nodiscard]] std::uint64_t gaps() const { return gaps_.load(std::memory_order_relaxed); }
    // By how much the reader is behind the writer's clock, in seconds. [any thread]
    [[nodiscard]] double delay() const { return told_delay_.load(std::memory_order_relaxed); }

private:
    void put(std::int64_t first, const float* const* data, std::uint64_t count) noexcept;
    void learn() noexcept;
    [[nodiscard]] bool seek(double moment, std::uint64_t count, double& step) noexcept;

    const std::uint32_t channels_;
    const double writer_rate_;
    const double reader_rate_;
    const Resampler resampler_;
    const std::int64_t capacity_;  // samples that are kept
    std::vector<float> planes_;    // by channel; the beginning of each stands behind its end again
    std::atomic<std::int64_t> end_{0};  // of what is written
    Slot<Clock::Line> line_{Clock::Line{}};
    bool written_ = false;  // the writer's

    // The reader's.
    bool running_ = false;
    double position_ = 0;    // of the next sample, by the writer's clock
    double delay_ = 0;       // samples of the writer's
    std::int64_t seen_ = 0;  // end_, the last time
    double still_ = 0;       // seconds since it changed
    double lack_ = 0;        // samples that were missing meanwhile
    double learnt_ = 0;      // seconds read so far
    std::atomic<std::uint64_t> gaps_{0};
    std::atomic<double> told_delay_{0};
};

}  // namespace weft::runtime

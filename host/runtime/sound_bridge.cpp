#include "runtime/sound_bridge.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

namespace weft::runtime {
namespace {

constexpr auto kTaps = static_cast<std::int64_t>(Resampler::kTaps);
constexpr std::int64_t kHalf = kTaps / 2;

// Seconds.
constexpr double kKept = 1;         // that are kept
constexpr double kMargin = 0.002;   // more than turned out to be needed
constexpr double kMostDelay = 0.4;  // who is later than this is not waited for
constexpr double kLearning = 1;     // in which it turns out what is needed
constexpr double kSettle = 2;       // in which a difference is worked off
constexpr double kAway = 0.2;       // who writes nothing for so long is away, not late
constexpr double kJump = 0.1;       // a difference that is no drift
// No sound goes faster or slower than its rate by more than this.
constexpr double kMostSlew = 0.003;

}  // namespace

SoundBridge::SoundBridge(double writer_rate, double reader_rate, std::uint32_t channels)
    : channels_(channels),
      writer_rate_(writer_rate),
      reader_rate_(reader_rate),
      resampler_(writer_rate / reader_rate),
      capacity_(static_cast<std::int64_t>(
          std::bit_ceil(static_cast<std::uint64_t>(writer_rate * kKept) + 1))),
      planes_(static_cast<std::size_t>(capacity_ + kTaps) * channels) {}

// --- writer --------------------------------------------------------------------------------------

void SoundBridge::put(std::int64_t first, const float* const* data, std::uint64_t count) noexcept {
    for (std::uint32_t c = 0; c < channels_; ++c) {
        float* const plane = planes_.data() + c * static_cast<std::size_t>(capacity_ + kTaps);
        for (std::uint64_t i = 0; i < count; ++i) {
            const float value = data != nullptr && std::isfinite(data[c][i]) ? data[c][i] : 0.0F;
            const std::int64_t slot = (first + static_cast<std::int64_t>(i)) & (capacity_ - 1);
            plane[slot] = value;
            if (slot < kTaps) {
                plane[capacity_ + slot] = value;
            }
        }
    }
}

void SoundBridge::write(const Clock::Line& line, std::int64_t first, const float* const* data,
                        std::uint64_t count) noexcept {
    const std::int64_t before = end_.load(std::memory_order_relaxed);
    if (written_ && first > before) {
        const std::int64_t from = std::max(before, first - capacity_);
        put(from, nullptr, static_cast<std::uint64_t>(first - from));
    }
    written_ = true;
    put(first, data, count);
    line_.next() = line;
    line_.publish();
    end_.store(first + static_cast<std::int64_t>(count), std::memory_order_release);
}

// --- reader --------------------------------------------------------------------------------------

// The writer has written: what was missing meanwhile will not be from now on, unless it was away.
void SoundBridge::learn() noexcept {
    if (lack_ > 0 && still_ < kAway) {
        delay_ = std::min(delay_ + lack_ + kMargin * writer_rate_, kMostDelay * writer_rate_);
        told_delay_.store(delay_ / writer_rate_, std::memory_order_relaxed);
        if (learnt_ > kLearning) {
            gaps_.fetch_add(1, std::memory_order_relaxed);
        }
    }
    lack_ = 0;
    still_ = 0;
}

// Where the block is read, and how fast. False: not all of it is there.
bool SoundBridge::seek(double moment, std::uint64_t count, double& step) noexcept {
    const std::int64_t end = end_.load(std::memory_order_acquire);
    if (std::exchange(seen_, end) != end) {
        learn();
    } else {
        still_ += static_cast<double>(count) / reader_rate_;
    }
    line_.take();
    const Clock::Line& line = line_.value();
    if (line.period == 0) {
        return false;
    }
    const double due = line.sample + (moment - line.moment) / line.period - delay_;
    if (!running_ || std::abs(due - position_) > kJump * writer_rate_) {
        running_ = true;
        position_ = due;
    }
    const double error = (due - position_) / (kSettle * writer_rate_);
    step = writer_rate_ / reader_rate_ * (1 + std::clamp(error, -kMostSlew, kMostSlew));
    const double needed = position_ + step * static_cast<double>(count) + kHalf + 1;
    const double missing = needed - static_cast<double>(end);
    const auto oldest = end - capacity_ / 2;
    const bool is_kept = position_ - kHalf > static_cast<double>(oldest);
    if (missing <= 0 && is_kept) {
        return true;
    }
    lack_ = std::max(lack_, missing);
    running_ = false;
    return false;
}

void SoundBridge::read(double moment, std::uint64_t count, float* const* data) noexcept {
    double step = 0;
    const bool there = seek(moment, count, step);
    learnt_ += static_cast<double>(count) / reader_rate_;
    if (!there) {
        for (std::uint32_t c = 0; c < channels_; ++c) {
            std::fill_n(data[c], count, 0.0F);
        }
        return;
    }
    for (std::uint64_t i = 0; i < count; ++i) {
        const double place = position_ + step * static_cast<double>(i);
        const double whole = std::floor(place);
        const std::int64_t first =
            (static_cast<std::int64_t>(whole) - (kHalf - 1)) & (capacity_ - 1);
        for (std::uint32_t c = 0; c < channels_; ++c) {
            const float* const plane =
                planes_.data() + c * static_cast<std::size_t>(capacity_ + kTaps);
            data[c][i] = resampler_.at(plane + first, place - whole);
        }
    }
    position_ += step * static_cast<double>(count);
}

}  // namespace weft::runtime

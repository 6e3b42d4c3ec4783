#include "runtime/clock.h"

#include <algorithm>
#include <cmath>

namespace weft::runtime {
namespace {

// Bandwidth of the loop in hertz: wide at first, to find the device's rate, then narrow, so that
// what trembles from block to block is not followed.
constexpr double kWide = 1.0;
constexpr double kNarrow = 0.1;
constexpr double kSettling = 4.0;  // seconds

// No part of the clock goes faster or slower than its rate by more than this.
constexpr double kMostSlew = 0.003;
// A device whose rate is off by more than this does not tell the truth.
constexpr double kMostDrift = 0.002;
// Later than this is no trembling: time has passed which the device did not count.
constexpr double kGap = 0.25;  // seconds

}  // namespace

Clock::Clock(double rate)
    : rate_(rate),
      period_(1.0 / rate),
      shortest_((1.0 - kMostDrift) / rate),
      longest_((1.0 + kMostDrift) / rate),
      smooth_(1.0 / rate) {}

void Clock::start(double moment, std::int64_t sample) {
    set({moment, static_cast<double>(sample), 1.0 / rate_});
    next_ = sample;
    started_.store(true, std::memory_order_release);
}

void Clock::set(const Line& line) noexcept {
    const std::uint32_t sequence = sequence_.load(std::memory_order_relaxed);
    sequence_.store(sequence + 1, std::memory_order_relaxed);
    // Whoever sees one of these sees the odd number as well. (Fences would do, but thread
    // sanitizers do not know them.)
    moment_.store(line.moment, std::memory_order_release);
    sample_.store(line.sample, std::memory_order_release);
    period_.store(line.period, std::memory_order_release);
    sequence_.store(sequence + 2, std::memory_order_release);
}

Clock::Line Clock::line() const {
    while (true) {
        const std::uint32_t before = sequence_.load(std::memory_order_acquire);
        const Line line{moment_.load(std::memory_order_acquire),
                        sample_.load(std::memory_order_acquire),
                        period_.load(std::memory_order_acquire)};
        if (before % 2 == 0 && sequence_.load(std::memory_order_relaxed) == before) {
            return line;
        }
    }
}

std::int64_t Clock::block(double moment, std::uint64_t count, bool resumed) noexcept {
    const auto samples = static_cast<double>(count);
    if (!led_ || resumed || std::abs(moment - due_) > kGap) [[unlikely]] {
        // Where the clock is by now; never a sample twice.
        const std::int64_t here = std::llround(sample_at(moment));
        if (here > next_) {
            skipped_.store(skipped() + here - next_, std::memory_order_relaxed);
            next_ = here;
        }
        due_ = moment_of(static_cast<double>(next_));
        settled_ = led_ ? settled_ : 0.0;
        led_ = true;
    }
    if (count != loop_.count || (loop_.settles && settled_ >= kSettling)) [[unlikely]] {
        set_loop(count);
    }
    const std::int64_t first = next_;
    const double error = moment - due_;
    // The step of the loop, kept within what the clock may be bent by. What is more than that is
    // time which the device has lost, and says nothing about how fast it is.
    const double wanted = loop_.step * error;
    const double smooth = smooth_.load(std::memory_order_relaxed);
    const double taken = samples * smooth + std::clamp(wanted, -loop_.most, loop_.most);
    set({due_, static_cast<double>(first), taken * loop_.each});
    due_ += taken;
    if (wanted >= -loop_.most && wanted <= loop_.most) {
        smooth_.store(std::clamp(smooth + loop_.bend * error, shortest_, longest_),
                      std::memory_order_relaxed);
    }
    settled_ += loop_.length;
    next_ += static_cast<std::int64_t>(count);
    return first;
}

// For blocks of this length from now on.
void Clock::set_loop(std::uint64_t count) noexcept {
    const auto samples = static_cast<double>(count);
    loop_.count = count;
    loop_.settles = settled_ < kSettling;
    loop_.length = samples / rate_;
    loop_.each = 1.0 / std::max(samples, 1.0);
    const double bandwidth = loop_.settles ? kWide : kNarrow;
    const double omega = std::min(2.0 * M_PI * bandwidth * loop_.length, 0.5);
    loop_.step = std::sqrt(2.0) * omega;
    loop_.bend = omega * omega * loop_.each;
    loop_.most = kMostSlew * loop_.length;
}

Clock::Due Clock::follow(double moment) noexcept {
    const auto end = static_cast<std::int64_t>(std::ceil(sample_at(moment)));
    const Due due{next_, static_cast<std::uint64_t>(std::max<std::int64_t>(end - next_, 0))};
    next_ = std::max(next_, end);
    return due;
}

double Clock::sample_at(double moment) const {
    const Line now = line();
    return now.sample + (moment - now.moment) / now.period;
}

double Clock::moment_of(double sample) const {
    const Line now = line();
    return now.moment + (sample - now.sample) * now.period;
}

}  // namespace weft::runtime

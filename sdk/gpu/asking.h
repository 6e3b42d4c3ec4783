// Whoever waits for a device asks for a while before it sleeps, as waking up takes longer than
// short work does: once for each value of the timeline, since long work is waited for in slices of
// time.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>

namespace weft::gpu {

// Thread safe.
class Asking {
public:
    using Clock = std::chrono::steady_clock;

    // Whether `done` came true in that while, and before `end`.
    template <class Done>
    [[nodiscard]] bool until(std::uint64_t value, Clock::time_point end, Done&& done) {
        if (asked_.exchange(value, std::memory_order_relaxed) == value) return false;
        end = std::min(end, Clock::now() + kWhile);
        do {
            if (done()) return true;
            std::this_thread::yield();
        } while (Clock::now() < end);
        return false;
    }

private:
    static constexpr std::chrono::microseconds kWhile{200};

    std::atomic<std::uint64_t> asked_{0};
};

// Sums of longer times overflow.
[[nodiscard]] inline Asking::Clock::time_point end_of_wait(std::uint64_t timeout_ns) {
    constexpr std::uint64_t kForever = 1'000'000'000ull * 3600 * 24 * 365;
    return Asking::Clock::now() + std::chrono::nanoseconds(std::min(timeout_ns, kForever));
}

// Works that a device is given at once: submitting one costs more than a short one takes, and a
// device that waits for the last of too many has nothing to do meanwhile.
constexpr std::uint64_t kMostGathered = 8;

}  // namespace weft::gpu

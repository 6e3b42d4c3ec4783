#include "runtime/time.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <ctime>

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <weft/cpp/wake.hpp>

namespace weft::runtime {
namespace {

// No wait is longer, so that what asks to end is seen.
constexpr double kLongest = 0.02;

std::atomic<bool> g_made_up{false};
std::atomic<double> g_moment{0};
std::atomic<std::uint32_t> g_woken{0};

// Until g_woken is not 0, or it is later than `then`.
void wait_for_wake(const timespec& then) {
    (void)::syscall(SYS_futex, reinterpret_cast<std::uint32_t*>(&g_woken),
                    FUTEX_WAIT_BITSET_PRIVATE, 0, &then, nullptr, FUTEX_BITSET_MATCH_ANY);
}

}  // namespace

double monotonic() {
    if (g_made_up.load(std::memory_order_relaxed)) {
        return g_moment.load(std::memory_order_relaxed);
    }
    return cpp::now();
}

void wait_until(double moment) {
    if (g_made_up.load(std::memory_order_relaxed)) {
        g_moment.store(std::max(moment, monotonic()), std::memory_order_relaxed);
        return;
    }
    const double until = std::min(moment, monotonic() + kLongest);
    timespec then{};
    then.tv_sec = static_cast<time_t>(std::floor(until));
    then.tv_nsec = static_cast<long>((until - std::floor(until)) * 1e9);
    wait_for_wake(then);
    g_woken.store(0, std::memory_order_relaxed);
}

void wake() {
    g_woken.store(1, std::memory_order_release);
    (void)::syscall(SYS_futex, reinterpret_cast<std::uint32_t*>(&g_woken), FUTEX_WAKE_PRIVATE, 1,
                    nullptr, nullptr, 0);
}

void make_time_up(double moment) {
    g_moment.store(moment, std::memory_order_relaxed);
    g_made_up.store(true, std::memory_order_relaxed);
}

}  // namespace weft::runtime

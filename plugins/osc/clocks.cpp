#include "clocks.h"

#include <algorithm>
#include <cmath>
#include <ctime>

namespace weft::osc {
namespace {

constexpr uint64_t kFrom1900To1970 = 2'208'988'800;  // seconds
constexpr double kTicks = 4294967296.0;              // of a tag, a second

}  // namespace

double monotonic_now() {
    timespec now = {};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

Moment moment_now() {
    timespec real = {};
    clock_gettime(CLOCK_REALTIME, &real);
    Moment moment;
    moment.monotonic = monotonic_now();
    const uint64_t fraction = (static_cast<uint64_t>(real.tv_nsec) << 32) / 1'000'000'000u;
    moment.tag = ((static_cast<uint64_t>(real.tv_sec) + kFrom1900To1970) << 32) | fraction;
    return moment;
}

double monotonic_of(uint64_t tag, const Moment& now) {
    return now.monotonic + static_cast<double>(static_cast<int64_t>(tag - now.tag)) / kTicks;
}

uint64_t tag_of(double monotonic, const Moment& now) {
    // Half the range of a tag is 68 years.
    const double ahead = std::clamp(monotonic - now.monotonic, -2e9, 2e9);
    const uint64_t tag = now.tag + static_cast<uint64_t>(std::llround(ahead * kTicks));
    return tag == kImmediately ? tag + 1 : tag;
}

}  // namespace weft::osc

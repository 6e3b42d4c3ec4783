// Time tags of OSC (NTP: seconds since 1900 in 32.32 bits, UTC) against CLOCK_MONOTONIC, in which
// the host thinks. Both clocks are read together; what a tag means is a difference between two
// tags, so that the wrap of 2036 does not matter.
#pragma once

#include <cstdint>

namespace weft::osc {

constexpr uint64_t kImmediately = 1;  // the tag that means "at once"

// One moment on both clocks.
struct Moment {
    double monotonic = 0;  // CLOCK_MONOTONIC seconds
    uint64_t tag = 0;      // CLOCK_REALTIME as a time tag
};

[[nodiscard]] double monotonic_now();
[[nodiscard]] Moment moment_now();

// CLOCK_MONOTONIC second of a tag, and the other way round; `now` ties the clocks together.
[[nodiscard]] double monotonic_of(uint64_t tag, const Moment& now);
[[nodiscard]] uint64_t tag_of(double monotonic, const Moment& now);

}  // namespace weft::osc

// Recursions of a stage that are alike: the same operators on the same places, so that one code
// serves them all, each in a lane of its own. The voices of an instrument mostly are.
#pragma once

#include <cstdint>
#include <vector>

#include "kernel.h"
#include "stages.h"

namespace weft::cpu {

// What a recursion reads of an output of its own a few samples later: kept in registers from sample
// to sample instead of being read back from the ring.
struct ShortDelay {
    std::uint32_t store = 0;                        // index into Plan::stores
    std::vector<std::vector<std::uint32_t>> reads;  // nodes by distance, of 1 sample and more
};

[[nodiscard]] std::vector<ShortDelay> short_delays(const KernelSource& source, const Stages& stages,
                                                   std::uint32_t stage);

// One recursion. What stands at the same place in two voices that are alike means the same.
struct Voice {
    std::vector<std::uint32_t> outer;      // nodes that it needs from outside
    std::vector<std::uint32_t> stores;     // indices into Plan::stores
    std::vector<std::uint32_t> handed_on;  // nodes
    std::vector<ShortDelay> delays;
};

// The voices of a recursive stage that are better computed together, kind by kind. All they read of
// themselves are short delays, all they store are caches.
[[nodiscard]] std::vector<std::vector<Voice>> voices_alike(const KernelSource& source,
                                                           const Stages& stages,
                                                           std::uint32_t stage,
                                                           const std::vector<ShortDelay>& delays);

}  // namespace weft::cpu

// Tapped delay lines: weighted sums of many samples of the past, as echoes, reverberations and
// filters of finite response have them.
#pragma once

#include <cstdint>
#include <vector>

#include "stages.h"

namespace weft::cpu {

// Sums over the same samples, which are loaded once for all of them.
struct TappedSums {
    struct Tap {
        std::uint32_t input = 0;
        std::int64_t distance = 0;    // samples back, >= 0
        std::vector<double> weights;  // one for each sum
    };
    std::vector<std::uint32_t> nodes;  // the sums
    std::vector<Tap> taps;             // those of an input beside each other
};

// Those of a stage that is not recursive, as far as they are large enough to be worth a loop.
[[nodiscard]] std::vector<TappedSums> tapped_sums(const Plan& plan,
                                                  const std::vector<InputShape>& inputs,
                                                  const Stages& stages, std::uint32_t stage);

}  // namespace weft::cpu

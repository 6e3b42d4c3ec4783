// A row of sound is computed in passes over its samples: a filter's recursion must see the sample
// before, and what reads a delay must come after what fills it. Values are given to stages: those
// of even number are computed for many samples at once; those of odd number are recursive, and go
// sample by sample unless every way back is longer than a vector.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "plan.h"

namespace weft::cpu {

struct Stage {
    bool recursive = false;
    std::uint64_t least_delay = ~std::uint64_t{0};  // recursive: shortest way back, in samples
    std::vector<std::uint32_t> stores;              // indices into Plan::stores
    // Values that later stages need.
    std::vector<std::uint32_t> handed_on;
};

struct Stages {
    std::vector<std::uint32_t> of_node;
    std::vector<std::uint32_t> component_of;  // nodes that need each other have the same number
    std::vector<Stage> list;                  // in order; stages without work are left empty
};

// Empty on success, else why the feedback cannot be computed.
[[nodiscard]] std::string make_stages(const Plan& plan, const std::vector<InputShape>& inputs,
                                      Stages& stages);

}  // namespace weft::cpu

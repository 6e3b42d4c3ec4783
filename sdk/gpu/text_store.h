// Stores of an entry point.
#pragma once

#include <vector>

#include "gpu/text_region.h"

namespace weft::gpu {

// Writes the stores `numbers` (into Plan::stores); their values have been run.
void write_stores(Region& region, const std::vector<TextOutput>& outputs,
                  const std::vector<std::uint32_t>& numbers);

}  // namespace weft::gpu

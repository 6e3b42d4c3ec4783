// Where a rounding can be seen: functions that jump, and what they are computed from.
#pragma once

#include <vector>

#include "ir/module.h"

namespace weft::ir {

// Does the value of this operator jump as an operand moves? SELECT does with its condition alone.
[[nodiscard]] bool jumps(std::uint16_t op);

// Of every value, whether some live function that jumps is computed from it, on whatever way; reads
// at a coordinate count as such.
[[nodiscard]] std::vector<bool> feeds_jumps(const Module& module);

}  // namespace weft::ir

// Sums of many terms that differ in nothing but their numbers: loops over tables of these numbers.
// A host unrolls loops whose turns are known, because most of what they compute is known too; what
// is left of a hundred partials of a tone is a text that a driver's compiler is minutes at.
#pragma once

#include "gpu/text_plan.h"

namespace weft::gpu {

// `recursive`: values that hang on samples which the kernel itself stores; empty: none. They stay
// apart from others, which are computed for all samples at once, and stay as they are unless
// `recursive_too`. The order of all sums stays.
[[nodiscard]] Plan roll(Plan plan, const std::vector<bool>& recursive, bool recursive_too);

}  // namespace weft::gpu

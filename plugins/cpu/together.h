// Kernels that are computed band by band instead of one whole picture after the other.
#pragma once

#include "plan.h"

namespace weft::cpu {

// May rows of `next` be computed as soon as the same rows of `first` are there, though `first` goes
// on after that, and is there anything to win? Both belong to `batch`, `first` stands before
// `next`.
[[nodiscard]] bool may_share_bands(const weft_batch& batch, const std::vector<InputShape>& inputs,
                                   const weft_kernel& first, const weft_kernel& next);

}  // namespace weft::cpu

// Recursions that are alike, computed together: a voice in each lane.
#pragma once

#include "stream_points.h"
#include "voices.h"

namespace weft::cpu {

// Samples [begin, end) of the row, at the builder's position. Rings are left to be finished.
void emit_voices(KernelEmit& kernel, llvm::Function* function, llvm::IRBuilder<>& ir,
                 const Stages& stages, std::uint32_t stage, HandedValues& handed,
                 const std::vector<Voice>& voices);

}  // namespace weft::cpu

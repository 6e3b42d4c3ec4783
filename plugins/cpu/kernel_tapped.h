// Tapped delay lines of a stage, ahead of what else the stage computes.
#pragma once

#include "stream_points.h"
#include "tapped.h"

namespace weft::cpu {

// Samples that are summed up at a time where there are as many: the loop over the taps is long, and
// what follows it on these samples overlaps with the next turn's.
constexpr std::int64_t kTappedChunk = 64;

// The sums of samples [begin, end) of the row into their rows of numbers, at the builder's
// position; end - begin <= kTappedChunk.
void emit_tapped(StreamPoints& region, KernelEmit& kernel, const TappedSums& sums, V begin, V end);

}  // namespace weft::cpu

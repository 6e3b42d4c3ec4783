// A source that is made from a strand: `spectrum`. The strand's newest samples are kept as those of
// a cache; between the batch that makes them and those that read what is made of them stands a
// batch of its own, of the back end that announces the builtin.
#pragma once

#include <cstdint>

#include "ir/lower.h"
#include "sema/program.h"

namespace weft::driver {

// Every so many samples sound is given what is made of the newest, and so many of these are kept.
struct AnalysisSteps {
    std::uint64_t hop = 1;
    std::uint64_t slots = 1;
};
[[nodiscard]] AnalysisSteps analysis_steps(const sema::Instance& instance,
                                           const sema::Program& program);

// The own axis, then the sample at which it is read: the same for frames, which have one slot.
[[nodiscard]] ir::InputShape analysis_shape(sema::InstanceId instance,
                                            const sema::Program& program);

}  // namespace weft::driver

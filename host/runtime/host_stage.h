// The f64 part of a kernel: what is constant over a frame, or over a block of sound, is computed
// here once, before the batch runs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <weft/host.h>

#include "base/result.h"
#include "ir/lower.h"

namespace weft::runtime {

// How the host itself reads a materialised strand, to hoist what depends on it.
struct HostInput {
    weft_binding binding{};
    std::uint32_t channel = 0;
    std::vector<ir::InputShape::Axis> axes;
    // Sound reads what frames make, or what only they may ask for: it crosses in a slot (live.h).
    bool crosses = false;
};

// Numbers that a producer leaves in host memory whenever it has run.
struct Gather {
    const double* values = nullptr;
    std::uint32_t count = 0;
    std::uint32_t first = 0;  // where in HostStage::gathered
};

struct HostStage {
    ir::HostProgram program;
    std::vector<HostInput> inputs;  // by SAMPLE aux
    std::vector<Gather> gathers;
    std::vector<double> gathered;     // UNIFORM i of the program is gathered[i]
    std::uint32_t uniform_count = 0;  // outputs [0, uniform_count) become uniforms
    std::uint32_t first_uniform = 0;  // where in Step::uniforms
    std::vector<double> scratch;      // weft_eval_scratch numbers
};

// When and with what a stage is evaluated.
struct StageMoment {
    const double* fields = nullptr;
    const double* params = nullptr;
    std::int64_t frame = 0;   // now, in rings that tick in frames
    std::int64_t sample = 0;  // ... and in samples
    const volatile std::uint32_t* cancel = nullptr;
};

// Takes what gathers have left. No allocation.
void take_gathers(HostStage& stage);

// Every value of the stage's program, into `scratch`. No allocation unless it fails, nor a lock but
// what getters of its inputs take.
[[nodiscard]] Result<void> evaluate(HostStage& stage, const StageMoment& moment,
                                    const std::string& step);

}  // namespace weft::runtime

// What a render writes and which frames it takes: decided from the program, the command line and
// what the writers can do, before anything is compiled.
#pragma once

#include <optional>
#include <vector>

#include "driver/offline/outputs.h"
#include "driver/offline/render.h"
#include "sema/program.h"

namespace weft::driver {

struct FrameRange {
    std::int64_t first = 0;
    std::int64_t end = 0;
};

// Empty with errors in the session's diagnostics.
[[nodiscard]] std::vector<OutputSpec> plan_outputs(Session& session, const RenderOptions& options,
                                                   const sema::Program& program);

// Needs the outputs, because a still takes one frame and a film takes what it is told.
[[nodiscard]] std::optional<FrameRange> plan_frames(Session& session, const RenderOptions& options,
                                                    const sema::Program& program,
                                                    const std::vector<OutputSpec>& outputs);

}  // namespace weft::driver

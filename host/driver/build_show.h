// From a checked program to a Show: opens sources, makes the plan, lowers its kernels, binds every
// edge and lets the back ends compile. The one place where all stages meet.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "driver/edges.h"
#include "driver/plan.h"
#include "driver/session.h"
#include "runtime/show.h"
#include "sema/program.h"

namespace weft::driver {

struct BuildRequest {
    const sema::Program* program = nullptr;
    std::vector<const sema::Expr*> values;           // to be asked for at points
    std::function<bool(std::uint32_t sink)> wanted;  // all sinks if unset
    // Memory format of the picture of a sink (WEFT_FORMAT_*); RGBA8 if unset.
    std::function<std::uint32_t(const sema::Sink&)> picture_format;
};

struct BuiltShow {
    std::unique_ptr<runtime::Show> show;
    Plan plan;
    std::vector<std::string> backends;  // names, by the plan's indices
    std::vector<EdgeRecord> edges;
};

// Empty on failure; what is wrong stands in the session's diagnostics.
[[nodiscard]] std::optional<BuiltShow> build_show(Session& session, const BuildRequest& request);

}  // namespace weft::driver

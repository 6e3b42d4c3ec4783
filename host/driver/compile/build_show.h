// From a checked program to a Show: opens sources, makes the plan, lowers its kernels, binds every
// edge and lets the back ends compile. The one place where all stages meet.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "driver/compile/edges.h"
#include "driver/compile/heritage.h"
#include "driver/compile/plan.h"
#include "driver/compile/session.h"
#include "runtime/show.h"
#include "sema/program.h"

namespace weft::driver {

struct BuiltShow;

struct BuildRequest {
    const sema::Program* program = nullptr;
    std::vector<const sema::Expr*> values;           // to be asked for at points
    std::function<bool(std::uint32_t sink)> wanted;  // all sinks if unset
    // Memory format of the picture of a sink (WEFT_FORMAT_*); RGBA8 if unset.
    std::function<std::uint32_t(const sema::Sink&)> picture_format;
    bool apart = false;  // as PlanRequest::apart
    bool tempo = false;  // live: beats come from outside
    // Live: what the program heard that this one replaces.
    const std::vector<runtime::SoundInput>* heard = nullptr;
    bool live = false;  // for runtime::Live: sound is a part of its own
    // A later version may take its place: as of a live show, what it means is found.
    bool replaceable = false;
    // The version that this one takes the place of, live or replaceable. Caches that mean the same
    // go on, and sources that are open stay open.
    const BuiltShow* before = nullptr;
    // Live: asked once it is known what the program means, and before every batch: is the show
    // wanted? If not, nothing is built and nothing is said; may be unset.
    std::function<bool(const ProgramIdentity&)> still_wanted;
};

struct BuiltShow {
    std::unique_ptr<runtime::Show> show;
    Plan plan;
    ir::LiveParams live;                // hidden parameters behind the program's own; none offline
    std::vector<std::string> backends;  // names, by the plan's indices
    std::vector<EdgeRecord> edges;
    std::vector<EdgeRecord> deliveries;  // to the sinks; where somebody asked for them
    // Of a show that is live or replaceable:
    ProgramIdentity identity;
    CachePlaces caches;
    std::vector<std::string> kept;   // caches that go on from the version before
    std::vector<std::string> begun;  // those that begin empty
    bool same_sound = false;         // sample by sample as of the version before
};

// Does the sound of a live show read what its frames make?
[[nodiscard]] bool sound_reads_frames(const BuiltShow& built);

// Empty on failure; what is wrong stands in the session's diagnostics.
[[nodiscard]] std::optional<BuiltShow> build_show(Session& session, const BuildRequest& request);

}  // namespace weft::driver

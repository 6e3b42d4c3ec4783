// `weft render --replay`: runs the log of a live show again, frames and blocks of sound in their
// order on one thread, and writes what they make. On one back end that is the same bit for bit; the
// log's checksums say whether it was.
#pragma once

#include "driver/compile/session.h"
#include "driver/offline/render.h"

namespace weft::driver {

// The session was made to run live. The exit code.
[[nodiscard]] int replay(Session& session, const RenderOptions& options);

}  // namespace weft::driver

// A program that is wrong at the start: whoever edits it at a terminal is about to mend it; a
// script wants to know at once.
#pragma once

namespace weft::driver {

class Session;
struct RunOptions;

// Whether to wait for a save of a program whose errors stand in the session's diagnostics.
[[nodiscard]] bool waits_for_fix(Session& session, const RunOptions& options);
// Until one of its files is saved; false: that cannot be noticed.
[[nodiscard]] bool wait_for_fix(Session& session);

}  // namespace weft::driver

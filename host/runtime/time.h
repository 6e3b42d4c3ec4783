// What time it is: CLOCK_MONOTONIC, or a time that is made up, which passes only when somebody
// waits for it. The only place where the system is asked.
#pragma once

namespace weft::runtime {

// Seconds. [any-thread]
[[nodiscard]] double monotonic();
// Waits until then, or for a moment at least, or until a signal or a wake() comes: callers look
// again.
void wait_until(double moment);
// Ends the wait that is under way, or the next one. [any thread]
void wake();

// From now on time is made up; it begins at `moment`. Before any thread asks.
void make_time_up(double moment);

}  // namespace weft::runtime

// Calls that may never come back. A sound server that hangs holds up whoever asks it something, and
// none of libjack, PortAudio and RtMidi has a time limit: so nobody waits for them but a thread
// made for it.
#pragma once

#include <weft/abi.h>

#include <functional>

namespace weft::jack {

// Runs `work` on a thread of its own, and returns true when it is done; what it throws is thrown
// here. False: it is not done after `seconds`. It goes on then (its thread is left behind), so it
// must own what it touches, and is followed by `undo` when it ends after all. One work at a time,
// in the whole process: false also when an earlier one does not end; then `work` never runs.
[[nodiscard]] WEFT_EXPORT bool run_within(double seconds, std::function<void()> work,
                                          std::function<void()> undo = {});

}  // namespace weft::jack

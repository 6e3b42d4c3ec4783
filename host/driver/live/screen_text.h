// The text over a running picture: how the show is doing, its knobs, and why the newest text of the
// program does not run.
#pragma once

#include <string>
#include <vector>

#include "driver/live/screen.h"
#include "sema/program.h"

namespace weft::driver {

// `on`: the overlay is wanted; else only what must be seen. `notes`: lines of the screen's own.
// "": nothing is shown.
[[nodiscard]] std::string screen_text(const ScreenStatus& status, const sema::Program* program,
                                      const std::vector<std::string>& notes, bool on);

}  // namespace weft::driver

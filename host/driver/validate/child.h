// One check in this process: what is handed to a process that was started for it, and what it does.
#pragma once

#include <cstdint>
#include <string>

#include "driver/validate/context.h"

namespace weft::validate {

// Runs it here; its outcome goes to trace().
void run_here(const Subject& subject, const Check& check, std::uint64_t seed, Level level,
              const std::string& directory);

// What stands behind --child: all that run_child() needs besides the plugin. `page` is an open
// descriptor of the trace.
[[nodiscard]] std::string child_order(int page, const Check& check, std::uint64_t seed, Level level,
                                      const std::string& directory);

}  // namespace weft::validate

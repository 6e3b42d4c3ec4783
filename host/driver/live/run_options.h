// `weft run` as CLI11 describes it, but for what it shares with other commands.
#pragma once

#include <optional>

#include "driver/live/run.h"

namespace CLI {
class App;
}

namespace weft::driver {

// `run` and `duration` live until the command line was parsed.
[[nodiscard]] CLI::App* add_run(CLI::App& app, RunOptions& run, std::optional<double>& duration);

}  // namespace weft::driver

// The small commands. Each returns the exit code: 0 done, 1 the program or input is wrong, 2 usage,
// 3 a device or plugin failed.
#pragma once

#include <weft/weft.h>

#include <string>
#include <vector>

#include "driver/compile/session.h"

namespace weft::driver {

[[nodiscard]] int check(weft_engine& engine, const std::vector<std::string>& files, bool json);

struct FmtOptions {
    std::vector<std::string> files;
    bool in_place = false;  // write back instead of printing
    bool check = false;     // only say whether anything would change (exit code 1)
};
[[nodiscard]] int fmt(Session& session, const FmtOptions& options);

struct GraphOptions {
    std::string file;
    std::string format = "text";
    std::string backends;  // a JSON table instead of the plugins that are there
};
[[nodiscard]] int graph(Session& session, const GraphOptions& options);

[[nodiscard]] int explain(Session& session, const std::string& file, bool live,
                          bool assert_zero_copy);
[[nodiscard]] int plugins(Session& session);
[[nodiscard]] int doctor(Session& session);

// Parses the command line and runs a command.
[[nodiscard]] int run_command_line(int argc, char** argv);

}  // namespace weft::driver

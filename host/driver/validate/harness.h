// Runs checks: each in a process of its own with a time limit, so that a plugin that crashes, hangs
// or ends the program is a line of the report and not the end of it.
//
// A process is this program started again: nothing of the plugin or its drivers is ever loaded in
// the one that starts the others.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "driver/validate/context.h"

namespace weft::validate {

struct CheckResult {
    const Check* check = nullptr;
    Outcome outcome = Outcome::none;
    std::string message;  // why it failed or was skipped
    std::string output;   // the end of what the plugin printed meanwhile
    double seconds = 0;
};

struct RunOptions {
    Subject subject;
    std::vector<const Check*> checks;
    std::uint64_t seed = 0;
    Level level = Level::standard;
    bool in_process = false;  // for a debugger: nothing is caught, nothing has a time limit
    double patience = 1;      // time limits, times this
};

using Told = std::function<void(const CheckResult&)>;

// One after the other; `told` is called as each ends. An error: there can be no processes.
[[nodiscard]] Result<std::vector<CheckResult>> run_checks(const RunOptions& options,
                                                          const Told& told);

// The other side: what run_checks() has started this program for, as it stands behind --child.
// Runs one check, and ends the process.
[[noreturn]] void run_child(const Subject& subject, const std::string& order);

}  // namespace weft::validate

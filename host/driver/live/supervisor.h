// `weft run --restart`: a show that crashed, hung or lost what it cannot do without is started
// again, where no service manager does that. The show is a process of its own; this one waits for
// it, hands signals on, and computes nothing that could fail.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace weft::driver {

// "on-failure", "always", each with ":10/300s", how often within which time; "no".
struct RestartPolicy {
    bool restarts = false;
    bool always = false;  // also a show that came to its end
    unsigned times = 10;
    double within = 300;  // seconds
};
[[nodiscard]] Result<RestartPolicy> parse_restart(std::string_view text);

// Nothing: this is the process that runs the show. Else the show is over, for good, and this is the
// exit code. Before the process has threads. `log`: a file to which restarts are told as well; "":
// none.
[[nodiscard]] std::optional<int> supervise(const RestartPolicy& policy, const std::string& log);

}  // namespace weft::driver

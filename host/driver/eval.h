// `weft eval`: the value of a strand at points, from any back end.
#pragma once

#include <string>
#include <vector>

#include "driver/session.h"

namespace weft::driver {

struct EvalOptions {
    std::string file;
    std::string expression;
    std::vector<std::string> at;  // "x=.5,time=1"
    std::string points;           // CSV with a header of axis names
};

// The exit code.
[[nodiscard]] int eval(Session& session, const EvalOptions& options);

}  // namespace weft::driver

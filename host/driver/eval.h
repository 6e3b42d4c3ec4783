// `weft eval`: the value of a strand at points, from any back end. A program over the C API.
#pragma once

#include <weft/weft.h>

#include <string>
#include <vector>

namespace weft::driver {

struct EvalOptions {
    std::string file;
    std::string expression;
    std::vector<std::string> at;  // "x=.5,time=1"
    std::string points;           // CSV with a header of axis names
};

// The exit code.
[[nodiscard]] int eval(weft_engine& engine, const EvalOptions& options, bool json);

}  // namespace weft::driver

// Which knobs of a program are those of the one before under another name.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace weft::sema {
struct Program;
}

namespace weft::driver {

// (key before, key now): knobs that are gone and new ones, of the same kind, range and initial
// value, in the order in which they stand in the programs.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> renamed_knobs(
    const sema::Program& before, const sema::Program& now);

}  // namespace weft::driver

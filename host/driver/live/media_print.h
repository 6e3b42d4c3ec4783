// What a log remembers of the files that a program loads, so that a replay can tell that one is
// not what it was: their size, and a hash of their beginning, middle and end. Films are too long to
// be read whole while a show runs.
#pragma once

#include <vector>

#include "runtime/show_log.h"
#include "sema/program.h"

namespace weft::driver {

// Of every file that the sources of a program may open, in the order of the program; what is not
// there has no size. Reads little of each. [any thread]
[[nodiscard]] std::vector<runtime::LoggedMedia> media_prints(const sema::Program& program);

}  // namespace weft::driver

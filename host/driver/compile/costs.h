// What is too much to compute, found without compiling it.
#pragma once

#include "base/diagnostics.h"
#include "sema/program.h"

namespace weft::driver {

// Strands that would be too much to compute are an error already when a program is looked at, not
// only when somebody renders. The program has no errors so far.
void check_costs(const sema::Program& program, Diagnostics& diagnostics);

}  // namespace weft::driver

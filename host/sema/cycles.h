// What depends on itself. Internal to sema.
#pragma once

#include <cstdint>
#include <vector>

#include "base/diagnostics.h"
#include "sema/program.h"

namespace weft::sema {

// Reports every cycle that is not closed through a cache read at a constant k >= 1.
void check_cycles(const Program& program, Diagnostics& diagnostics);

// Which expressions can reach themselves by any way at all: the number of their strongly connected
// component by Expr::id, 0 for those that cannot. Linear in the size of the program.
[[nodiscard]] std::vector<std::uint32_t> circular_parts(const Program& program);

}  // namespace weft::sema

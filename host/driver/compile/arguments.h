// Arguments of sources and sinks, as plugins are given them.
#pragma once

#include <weft/batch.h>

#include <vector>

#include "sema/program.h"

namespace weft::driver {

// Borrows the texts of `arguments`.
[[nodiscard]] std::vector<weft_arg> arguments_of(
    const std::vector<sema::SourceArgument>& arguments);

}  // namespace weft::driver

// Holds a kernel to what weft/ir.h and lower.h promise. For tests and debugging.
#pragma once

#include <string>

#include "ir/lower.h"

namespace weft::ir {

// What is wrong, or an empty text.
[[nodiscard]] std::string verify(const Kernel& kernel);

}  // namespace weft::ir

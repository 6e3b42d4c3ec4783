// The neutral texts, which the build turns into strings: *.inc of this directory, in an order in
// which no function stands before one that it needs.
#pragma once

#include <array>
#include <string_view>

namespace weft::gpu {

extern const std::array<std::string_view, 9> kMathTexts;

}  // namespace weft::gpu

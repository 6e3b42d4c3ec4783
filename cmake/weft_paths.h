// Where this checkout and its build lie, for tests and benchmarks. One object of its own knows it
// (paths.cpp.in), so that the compiler's cache serves all others to every checkout.
#pragma once

#include <string>
#include <string_view>

namespace weft {

// Of a path that begins with a slash.
[[nodiscard]] std::string in_source(std::string_view path = {});
[[nodiscard]] std::string in_build(std::string_view path = {});

}  // namespace weft

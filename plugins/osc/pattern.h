// Address patterns of OSC 1.0: ? * [a-z] [!a-z] {one,other}, none of which crosses a '/'; and of
// OSC 1.1: '//', which stands for any number of parts, none as well: "/a//level" meets "/a/level"
// and "/a/b/c/level".
#pragma once

#include <string_view>

namespace weft::osc {

[[nodiscard]] bool is_pattern(std::string_view address);

// Time is bounded by the product of both lengths, whatever the pattern: it comes from outside.
[[nodiscard]] bool matches(std::string_view pattern, std::string_view address);

}  // namespace weft::osc

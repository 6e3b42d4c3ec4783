// What calls.def says of a call that a plugin made: whether that thread may make it, and whether
// the function that it is within has promised not to.
#pragma once

#include <string>

#include "driver/validate/test_host.h"

namespace weft::validate {

// "" if it may; else the rule in words: "parallel is called within compile, and is for the
// [frame-thread]".
[[nodiscard]] std::string thread_trouble(const Use& use);
// The same of promises: no allocation, no query.
[[nodiscard]] std::string promise_trouble(const Use& use);

}  // namespace weft::validate

// The edge ledger: how every strand goes from who makes it to who reads it, and why not better.
#pragma once

#include <string>

#include "driver/compile/build_show.h"

namespace weft::driver {

[[nodiscard]] std::string explain_text(const BuiltShow& built);
// One object with the diagnostics too; null where there is nothing to explain.
[[nodiscard]] std::string explain_json(Session& session, const BuiltShow* built);

// Reports every edge that copies; true if there is none.
[[nodiscard]] bool assert_zero_copy(Session& session, const BuiltShow& built);

}  // namespace weft::driver

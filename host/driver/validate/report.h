// What came out of the checks, for people and for machines.
#pragma once

#include <string>
#include <vector>

#include "driver/validate/harness.h"

namespace weft::validate {

struct Report {
    const RunOptions& options;
    const std::vector<CheckResult>& results;
    double seconds = 0;
};

[[nodiscard]] std::string_view name_of(Level level);
[[nodiscard]] std::string_view name_of(Outcome outcome);
// "lifecycle" of "lifecycle.release-null".
[[nodiscard]] std::string_view group_of(const Check& check);
// Where an author reads on: "docs/sdk/validate.md#lifecycle".
[[nodiscard]] std::string page_of(const Check& check);

// One line for a check as it ends, and what is to say of a failure below it.
[[nodiscard]] std::string result_text(const CheckResult& result);
// How many of what, and how to see the failures again.
[[nodiscard]] std::string summary_text(const Report& report);
// One line a check: its id, level and what it asks.
[[nodiscard]] std::string list_text(const std::vector<const Check*>& checks);

[[nodiscard]] std::string report_json(const Report& report);
[[nodiscard]] std::string list_json(const std::vector<const Check*>& checks);
// A file as JUnit's, which services that run tests know how to show.
[[nodiscard]] std::string report_junit(const Report& report);

}  // namespace weft::validate

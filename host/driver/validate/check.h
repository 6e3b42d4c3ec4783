// What a check is: one property that the contract asks of every plugin, and the code that looks.
//
// A group is a file, checks_GROUP.cpp, with a list of them. The headers of the SDK are what is
// checked: where they leave something open, a check accepts every way.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace weft::validate {

class Context;

// Each does what those before it do.
enum class Level : std::uint8_t {
    quick,     // while writing a plugin: a second or two
    standard,  // before it is given to others
    strict,    // what takes long, and what only few plugins get wrong
};

struct Check {
    std::string_view id;    // "lifecycle.release-null": group, dot, name
    Level level;            // the first that looks at it
    std::string_view asks;  // what a plugin owes, one sentence without a full stop
    std::string_view says;  // where that is said: "backend.h, release"
    // Runs in a process of its own. It calls context.fail() or skip(), or returns: passed.
    void (*run)(Context& context);
    std::uint32_t seconds = 30;  // after which it counts as hanging
    bool exits = false;          // the process ends as others do, with all that runs then
};

// In the order in which they run: what the later ones build on comes first.
[[nodiscard]] std::span<const Check> loading_checks();
[[nodiscard]] std::span<const Check> version_checks();
[[nodiscard]] std::span<const Check> lifecycle_checks();
[[nodiscard]] std::span<const Check> failure_checks();
[[nodiscard]] std::span<const Check> error_checks();
[[nodiscard]] std::span<const Check> ownership_checks();
[[nodiscard]] std::span<const Check> thread_checks();
[[nodiscard]] std::span<const Check> realtime_checks();
[[nodiscard]] std::span<const Check> edge_checks();
[[nodiscard]] std::span<const Check> semantics_checks();
[[nodiscard]] std::span<const Check> extension_checks();

[[nodiscard]] const std::vector<Check>& all_checks();

}  // namespace weft::validate

// What plugins have to say, a line each: on standard error, and in the log of a running show. One
// for the process, as standard error is.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

namespace weft::driver {

// `level` is WEFT_LOG_*. [any thread]
void log_of_plugins(std::uint32_t level, std::string_view who, std::string_view text);

// A warning about a plugin, complete but for the end of its line. [any thread]
void warn_of_plugins(std::string_view line);

// Who else is told, one at a time; null: nobody any more. [any thread]
void tell_of_plugins(std::function<void(std::uint32_t level, std::string_view line)> told);

}  // namespace weft::driver

#include "driver/compile/plugin_log.h"

#include <cstdio>
#include <mutex>
#include <string>
#include <utility>

#include <weft/host.h>

namespace weft::driver {
namespace {

std::mutex g_mutex;
std::function<void(std::uint32_t, std::string_view)> g_told;

}  // namespace

void log_of_plugins(std::uint32_t level, std::string_view who, std::string_view text) {
    const std::string line = std::string(who) + ": " + std::string(text);
    const char* const prefix = level == WEFT_LOG_ERROR     ? "error: "
                               : level == WEFT_LOG_WARNING ? "warning: "
                                                           : "";
    std::fprintf(stderr, "%s%s\n", prefix, line.c_str());
    const std::lock_guard lock(g_mutex);
    if (g_told) {
        g_told(level, line);
    }
}

void warn_of_plugins(std::string_view line) {
    std::fprintf(stderr, "%.*s\n", static_cast<int>(line.size()), line.data());
    const std::lock_guard lock(g_mutex);
    if (g_told) {
        g_told(WEFT_LOG_WARNING, line);
    }
}

void tell_of_plugins(std::function<void(std::uint32_t, std::string_view)> told) {
    const std::lock_guard lock(g_mutex);
    g_told = std::move(told);
}

}  // namespace weft::driver

#include "av_log.h"

#include "ffmpeg.h"

#include <algorithm>
#include <cstdarg>
#include <mutex>
#include <vector>

namespace weft::media {

namespace {

std::mutex listeners_mutex;
std::vector<const Services*> listeners;  // guarded by listeners_mutex
thread_local std::string complaint;

void on_line(void* sender, int level, const char* format, va_list arguments) {
    if (level > AV_LOG_WARNING) return;
    char buffer[512];
    // Text in pieces arrives with print_prefix off; each piece is shown as a line of its own.
    int print_prefix = 0;
    av_log_format_line2(sender, level, format, arguments, buffer, sizeof buffer, &print_prefix);
    std::string line = buffer;
    while (!line.empty() && (line.back() == '\n' || line.back() == ' ' || line.back() == '.'))
        line.pop_back();
    if (line.empty()) return;
    if (level <= AV_LOG_ERROR) complaint = line;
    const std::lock_guard lock(listeners_mutex);
    if (!listeners.empty()) listeners.back()->log(WEFT_LOG_DEBUG, "ffmpeg: " + line);
}

// From the loading of this library on: writers are used without a back end, and FFmpeg's own
// callback would print what its encoders have to tell.
struct Callback {
    Callback() { av_log_set_callback(&on_line); }
    ~Callback() { av_log_set_callback(&av_log_default_callback); }
    Callback(const Callback&) = delete;
    Callback& operator=(const Callback&) = delete;
} const callback;

}  // namespace

void open_log(const Services* services) {
    const std::lock_guard lock(listeners_mutex);
    listeners.push_back(services);
}

void close_log(const Services* services) {
    const std::lock_guard lock(listeners_mutex);
    std::erase(listeners, services);
}

std::string take_complaint() {
    return std::exchange(complaint, {});
}

}  // namespace weft::media

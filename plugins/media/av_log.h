// FFmpeg's log, which is one for the whole process, led to the host's log at debug level. What it
// last complained about on this thread makes our own messages better.
#pragma once

#include "services.h"

#include <string>

namespace weft::media {

// Leads the log to `services` until close_log with the same object; the newest one wins.
void open_log(const Services* services);
void close_log(const Services* services);

// Forgets, and returns, the last error line of FFmpeg on this thread; "" if there was none.
[[nodiscard]] std::string take_complaint();

}  // namespace weft::media

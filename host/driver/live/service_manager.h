// What systemd wants to hear from a service of Type=notify: that it is ready, that it is alive,
// that it is about to end. Outside of such a service every function does nothing.
#pragma once

#include <string_view>

namespace weft::driver {

// The show runs: the first frame is out.
void notify_ready();
// The loop still turns; call it every frame. A datagram goes out at most twice in the period that
// WatchdogSec= of the unit asks for. `monotonic`: CLOCK_MONOTONIC seconds.
void notify_alive(double monotonic);
// A word on the state, as `systemctl status` shows it.
void notify_status(std::string_view text);
// Before and after a reload asked for by SIGHUP.
void notify_reloading();
void notify_stopping();

}  // namespace weft::driver

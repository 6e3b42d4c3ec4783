// What one program hears: "weft.control/1".
#pragma once

#include <weft/control.h>

#include <deque>
#include <memory>
#include <vector>

#include "listener.h"

// The ABI knows a session by this name, and by nothing else.
struct weft_control_session {
    udp::Counters counters;
    // By place, with the listener that must go first: nothing reaches a subscriber that is gone.
    std::deque<udp::Subscriber> subscribers;
    std::vector<std::shared_ptr<udp::Listener>> listeners;
};

namespace udp {

// The table for WEFT_CONTROL_EXTENSION.
[[nodiscard]] const weft_control_api* control_api();

}  // namespace udp

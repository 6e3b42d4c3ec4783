// What was heard and sent since the show began. A plugin counts for a session, and every edit of
// the program opens another; whoever watches a show for weeks wants numbers that only rise.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "driver/live/status.h"

namespace weft::driver {

class InputTotals {
public:
    // The counters as sessions have them now, by plugin: what they come to in all. Those of a
    // session are seen last before it goes.
    [[nodiscard]] std::vector<StatusInput> add(std::vector<StatusInput> now);

private:
    struct Plugin {
        StatusInput before;  // of sessions that have gone
        StatusInput newest;
    };
    std::map<std::string, Plugin> plugins_;
};

}  // namespace weft::driver

// Which ports there are, for whoever asks while none is open: `weft plugins`.
#pragma once

#include <string>
#include <vector>

namespace weft::midi {

struct PortList {
    std::string where;             // "JACK", or what is missing
    std::vector<std::string> in;   // those that we can listen to
    std::vector<std::string> out;  // those that we can send to
};

// Waits some seconds at most, for a server that does not answer.
[[nodiscard]] PortList list_ports();

}  // namespace weft::midi

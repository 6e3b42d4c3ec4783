// Which devices play and hear, and which of their channels: as the command line says it. The first
// device of each kind leads; the channels that the second one plays follow those of the first, and
// what it hears is mic(2).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "driver/live/run.h"

namespace weft::driver {

struct SoundPort {
    std::string device;              // as written; "": the default
    std::vector<std::uint32_t> map;  // by channel, the device's from 0; empty: as they come
    std::uint32_t channels = 0;
};

struct SoundPorts {
    std::vector<SoundPort> outputs;
    std::vector<SoundPort> inputs;
    std::uint32_t played = 0;  // channels of all outputs
    std::uint32_t heard = 0;   // channels that a program may hear of one device
};

// Channels of a device are counted from 1: "3,4", "1-8".
[[nodiscard]] Result<std::vector<std::uint32_t>> read_channels(const std::string& text);

// For a program that plays and hears so many channels.
[[nodiscard]] Result<SoundPorts> sound_ports(const RunOptions& options, std::uint32_t played,
                                             std::uint32_t heard);

}  // namespace weft::driver

// What the command line says about MIDI, and which ports that means.
#pragma once

#include <weft/batch.h>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weft::midi {

struct Options {
    // midi.in, midi.out: texts, each part of the names of the ports that are meant. None: all that
    // there are in, and our own virtual ports in and out.
    std::vector<std::string> in;
    std::vector<std::string> out;
    // midi.clock: clock goes out to the ports of such names; "" to where messages go.
    std::vector<std::string> clock;
    std::string api;  // midi.api: "alsa" or "jack"; "" whichever is there

    // Throws cpp::Failure for values that are none; leaves what other plugins' options are alone.
    static Options read(std::span<const weft_arg> args);
};

// A port that is there, or our own virtual one.
struct Place {
    std::string_view name;
    bool is_virtual = false;
};

[[nodiscard]] bool listens(const Options& options, const Place& place);
// Where messages go that name no port.
[[nodiscard]] bool sends(const Options& options, const Place& place);
[[nodiscard]] bool clocks(const Options& options, const Place& place);

}  // namespace weft::midi

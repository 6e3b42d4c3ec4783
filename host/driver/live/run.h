// `weft run`: a program live, with its windows, its sound, its controls, until somebody ends it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "driver/compile/session.h"
#include "driver/live/supervisor.h"

namespace weft::driver {

struct RunOptions {
    std::string file;
    std::optional<double> duration;  // seconds of the show's clock; else until somebody ends it
    bool headless = false;           // no windows
    bool full_screen = false;
    bool vsync = true;
    std::vector<std::string> monitors;
    std::vector<std::string> audio_device;  // the first leads; "none": no sound
    std::vector<std::string> audio_map;     // channels, by device
    std::vector<std::string> input_device;  // the first is mic(), the second mic(2)
    std::vector<std::string> input_map;
    std::uint32_t block = 0;              // samples; 0: the device's choice
    std::vector<std::string> listen;      // --osc
    std::vector<std::string> midi_in;     // parts of ports' names; none: all that there are
    std::vector<std::string> midi_out;    // ...; none: to our own port
    std::vector<std::string> midi_clock;  // ... that get a clock; "": where messages go
    std::string midi_api;                 // "alsa", "jack"; "": whichever is there
    bool link = false;
    std::optional<std::string> status;   // where status lines go; "": standard output
    std::string log;                     // file
    std::uint64_t log_size = 10u << 20;  // bytes, then a new one begins
    unsigned log_kept = 5;               // older ones
    std::string record;                  // file for `weft render --replay`
    bool learn = false;
    std::string preset;
    RestartPolicy restart;
    bool assert_zero_copy = false;
    bool simulated = false;  // time is made up, and passes as fast as frames are done
};

// The exit code.
[[nodiscard]] int run(Session& session, const RunOptions& options);

}  // namespace weft::driver

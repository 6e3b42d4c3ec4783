// What one program listens for: midi_cc, midi_note, midi_bend, and which readings reach them.
#pragma once

#include <weft/control.h>

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "listener.h"

namespace weft::midi {

// A port as far as a program cares. Ids are never used twice.
struct PortName {
    std::uint32_t id = 0;
    std::string_view name;
};

class Inputs {
public:
    // Throws cpp::Failure with node and span for arguments that MIDI does not have.
    explicit Inputs(std::span<const weft_source> sources);

    // Appends what a reading changes, for outputs that the program has. False: it is for nobody.
    bool receive(const Reading& reading, const PortName& port,
                 std::vector<weft_control_event>& events);
    // The port is gone: what is held there is released.
    void forget(const PortName& port, std::vector<weft_control_event>& events);

    // The texts of `port:`, each as often as it is written.
    [[nodiscard]] const std::vector<std::string>& ports() const { return ports_; }

private:
    struct Held {
        std::uint32_t port;
        unsigned channel;
        unsigned number;
        double velocity;
    };
    struct Input {
        Reading::Kind kind = Reading::Kind::controller;  // note_on stands for all about notes
        std::uint32_t index = 0;                         // in weft_control_wish
        std::uint32_t outputs = 1;
        unsigned channel = 0;  // 0: any
        unsigned number = 0;
        std::string port;
        std::vector<Held> held;  // newest last
    };

    static Input read(const weft_source& source, std::uint32_t index);
    static bool hears(const Input& input, const Reading& reading, const PortName& port);
    static void play(Input& input, const Reading& reading, const PortName& port,
                     std::vector<weft_control_event>& events);
    static void tell_note(const Input& input, bool gate_before,
                          std::vector<weft_control_event>& events);

    std::vector<Input> inputs_;
    std::vector<std::string> ports_;
};

}  // namespace weft::midi

// What one program sends: midi(cc: ...), midi(note: ...), midi(bend: ...), midi(program: ...).
// Values come once a frame; messages leave only where something changed.
#pragma once

#include <weft/control.h>

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "message.h"

namespace weft::midi {

class Sinks {
public:
    // Throws cpp::Failure with node and span.
    explicit Sinks(std::span<const weft_control_sink> sinks);

    struct Outgoing {
        std::uint32_t sink;
        Message message;
    };

    // Appends what the values of a frame change. No allocation once `out` has room for two.
    void send(std::uint32_t sink, const double* values, std::vector<Outgoing>& out);
    // Nothing but the sounding notes is known any more where it goes.
    void send_again();
    // Appends what ends the sounding notes.
    void finish(std::vector<Outgoing>& out);

    [[nodiscard]] std::size_t size() const { return sinks_.size(); }
    // `port:` of a sink, "" where there is none.
    [[nodiscard]] const std::string& port(std::uint32_t sink) const { return sinks_[sink].port; }

private:
    struct Sink {
        std::uint8_t kind = kController;  // kNoteOn, kController, kProgram, kBend
        unsigned channel = 1;
        unsigned controller = 0;
        std::string port;
        std::uint32_t value = 0;       // place among the values; of a note its number
        std::uint32_t velocity = 0;    // place
        std::optional<unsigned> last;  // what was sent; of a note the one that sounds
    };

    static Sink read(const weft_control_sink& statement);

    std::vector<Sink> sinks_;
};

}  // namespace weft::midi

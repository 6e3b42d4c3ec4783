// What one port says: its bytes turned into readings, with the state that MIDI spreads over several
// messages (14-bit controllers) and what a program that starts to listen later wants to know.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "message.h"

namespace weft::midi {

struct Reading {
    enum class Kind {
        controller,  // number, value 0..1
        bend,        // value -1..1
        note_on,     // number, value: velocity, above 0
        note_off,    // number
        notes_off,   // all notes of the channel; channel 0: of the port
    };
    Kind kind = Kind::controller;
    unsigned channel = 0;  // 1..16
    unsigned number = 0;
    double value = 0;
    bool low = false;  // of a controller: it seems to be the low half of another
};

class Listener {
public:
    Listener();

    // Appends what the bytes say; transport and clock messages go to `transport` as they are.
    void listen(std::span<const std::uint8_t> bytes, std::vector<Reading>& readings,
                std::vector<Message>& transport);

    // Appends readings that bring somebody who did not hear the past to the same state.
    void recall(std::vector<Reading>& readings) const;

    [[nodiscard]] std::uint64_t messages() const { return messages_; }
    [[nodiscard]] std::uint64_t malformed() const { return parser_.malformed(); }

private:
    void controller(unsigned channel, unsigned number, unsigned value,
                    std::vector<Reading>& readings);
    // True: it is the low half of a pair.
    bool weigh(unsigned channel, unsigned number);
    // 0..1, of 14 bits where the controller is known to have a low half.
    [[nodiscard]] double controller_value(unsigned channel, unsigned number) const;
    void note(const Reading& reading);
    void release(unsigned channel);
    void say(const Reading& reading, std::vector<Reading>& readings);

    static constexpr std::uint8_t kUnknown = 0xff;
    // Controllers n and n + 32 may be one number of 14 bits; on many desks they are a fader and a
    // button. They are one when each of the last two high halves had its low half right behind it.
    static constexpr unsigned kPairs = 32;
    static constexpr std::uint8_t kSure = 2;
    struct Pair {
        std::uint8_t seen = 0;  // high halves in a row with a low half, up to kSure
        bool open = false;      // the last high half has none yet
    };

    Parser parser_;
    std::uint64_t messages_ = 0;
    std::array<std::array<std::uint8_t, kNumbers>, kChannels> controllers_;  // newest, kUnknown
    std::array<std::array<Pair, kPairs>, kChannels> pairs_{};
    std::array<std::uint8_t, kChannels> last_;  // controller that was heard last, kUnknown
    std::array<double, kChannels> bends_{};     // -1..1
    std::vector<Reading> held_;                 // newest last
};

}  // namespace weft::midi

// MIDI as bytes and as messages: a parser for whatever may arrive, and the few messages we send.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

namespace weft::midi {

inline constexpr unsigned kChannels = 16;
inline constexpr unsigned kNumbers = 128;  // of notes and controllers

// Status bytes; those of channels carry the channel in their low half.
inline constexpr std::uint8_t kNoteOff = 0x80;
inline constexpr std::uint8_t kNoteOn = 0x90;
inline constexpr std::uint8_t kController = 0xb0;
inline constexpr std::uint8_t kProgram = 0xc0;
inline constexpr std::uint8_t kBend = 0xe0;
inline constexpr std::uint8_t kSysEx = 0xf0;
inline constexpr std::uint8_t kSongPosition = 0xf2;
inline constexpr std::uint8_t kSysExEnd = 0xf7;
inline constexpr std::uint8_t kClock = 0xf8;
inline constexpr std::uint8_t kStart = 0xfa;
inline constexpr std::uint8_t kContinue = 0xfb;
inline constexpr std::uint8_t kStop = 0xfc;
inline constexpr std::uint8_t kReset = 0xff;

// Controllers with a meaning of their own.
inline constexpr std::uint8_t kAllSoundOff = 120;
inline constexpr std::uint8_t kAllNotesOff = 123;

struct Message {
    std::uint8_t status = 0;
    std::uint8_t first = 0;
    std::uint8_t second = 0;

    [[nodiscard]] bool of_channel() const { return status < kSysEx; }
    // kNoteOn, ...: the status without its channel.
    [[nodiscard]] std::uint8_t kind() const {
        return of_channel() ? static_cast<std::uint8_t>(status & 0xf0u) : status;
    }
    [[nodiscard]] unsigned channel() const { return (status & 0x0fu) + 1u; }  // 1..16
    [[nodiscard]] unsigned pair() const { return second * 128u + first; }     // 14 bits, low first
    [[nodiscard]] unsigned size() const;                                      // bytes on the wire
    [[nodiscard]] std::array<std::uint8_t, 3> bytes() const { return {status, first, second}; }

    friend bool operator==(const Message&, const Message&) = default;
};

// `channel` is 1..16, data are below 128.
[[nodiscard]] Message channel_message(std::uint8_t kind, unsigned channel, unsigned first,
                                      unsigned second = 0);

// A stream of bytes of one port: running status, real-time bytes in the midst of others, system
// exclusive skipped, everything else that makes no message counted and skipped.
class Parser {
public:
    [[nodiscard]] std::optional<Message> feed(std::uint8_t byte);
    // Messages broken off, and runs of data that belong to none.
    [[nodiscard]] std::uint64_t malformed() const { return malformed_; }

private:
    std::optional<Message> status(std::uint8_t byte);

    Message message_;         // status 0: none begun
    unsigned have_ = 0;       // data bytes of it
    bool exclusive_ = false;  // within system exclusive
    bool stray_ = false;      // within a run of data that belongs to nothing
    std::uint64_t malformed_ = 0;
};

}  // namespace weft::midi

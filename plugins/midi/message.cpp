#include "message.h"

namespace weft::midi {

namespace {

// How many data bytes follow a status byte.
unsigned data_count(std::uint8_t status) {
    switch (status & 0xf0u) {
        case 0xc0:
        case 0xd0: return 1;
        case 0xf0: break;
        default: return 2;
    }
    switch (status) {
        case 0xf1:
        case 0xf3: return 1;
        case kSongPosition: return 2;
        default: return 0;
    }
}

bool is_undefined(std::uint8_t status) {
    return status == 0xf4 || status == 0xf5 || status == 0xf9 || status == 0xfd;
}

}  // namespace

unsigned Message::size() const {
    return 1 + data_count(status);
}

Message channel_message(std::uint8_t kind, unsigned channel, unsigned first, unsigned second) {
    return {static_cast<std::uint8_t>(kind | (channel - 1)), static_cast<std::uint8_t>(first),
            static_cast<std::uint8_t>(second)};
}

std::optional<Message> Parser::status(std::uint8_t byte) {
    stray_ = false;
    if (have_ > 0) ++malformed_;  // the message before was broken off
    have_ = 0;
    exclusive_ = byte == kSysEx;
    message_ = {};
    if (exclusive_ || byte == kSysExEnd || is_undefined(byte)) return std::nullopt;
    if (data_count(byte) == 0) return Message{byte};
    message_.status = byte;
    return std::nullopt;
}

std::optional<Message> Parser::feed(std::uint8_t byte) {
    if (byte >= kClock) {  // real time: may stand anywhere and disturbs nothing
        if (is_undefined(byte)) return std::nullopt;
        return Message{byte};
    }
    if (byte >= 0x80) return status(byte);
    if (exclusive_) return std::nullopt;
    if (message_.status == 0) {
        if (!stray_) ++malformed_;
        stray_ = true;
        return std::nullopt;
    }
    (have_ == 0 ? message_.first : message_.second) = byte;
    if (++have_ < data_count(message_.status)) return std::nullopt;
    const Message complete = message_;
    have_ = 0;
    message_.first = message_.second = 0;
    if (!complete.of_channel()) message_.status = 0;  // running status is for channels only
    return complete;
}

}  // namespace weft::midi

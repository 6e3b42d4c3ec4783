// What a datagram says. Text, a line a message: a name, then up to eight numbers, all separated by
// blanks: "level 0.5" or "hand 0.1 0.7 1".
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace udp {

constexpr std::size_t kMostNumbers = 8;
constexpr std::size_t kMostName = 64;      // characters
constexpr std::size_t kMostPacket = 1472;  // bytes: what one frame of Ethernet carries
constexpr std::size_t kMostMessages = 64;  // of one datagram

struct Message {
    std::string_view name;  // into the packet
    std::array<double, kMostNumbers> numbers{};
    std::size_t count = 0;
};

// A name is letters, digits and _ . - / and nothing else.
[[nodiscard]] bool is_name(std::string_view word);

// Takes the first line off `text`. False, with `text` one line shorter all the same: it is no
// message. Whatever the bytes are, nothing is allocated and nothing outside of them is read.
// Numbers are finite, in C's notation, whatever the locale.
[[nodiscard]] bool take_message(std::string_view& text, Message& message);

}  // namespace udp

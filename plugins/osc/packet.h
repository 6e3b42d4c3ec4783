// What came over the wire, read to the letter of OSC 1.0: a packet is taken whole or not at all.
// liblo's reader is not asked: docs/decisions/osc.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace weft::osc {

constexpr size_t kMaxPacket = 65536;  // bytes; the most that UDP carries
constexpr size_t kMaxAddress = 1023;  // bytes
constexpr unsigned kMaxDepth = 16;    // bundles in bundles

// An argument that is a number. `position` counts all arguments of its message.
struct Number {
    uint32_t position;
    double value;
};

struct Message {
    std::string_view address;  // printable ASCII, begins with '/'; in the packet's bytes
    uint64_t tag;              // when it holds; kImmediately outside of a bundle
    uint32_t first;            // its numbers: [first, first + count) of Packet::numbers
    uint32_t count;
};

struct Packet {
    std::vector<Message> messages;  // in their order, bundles opened
    std::vector<Number> numbers;

    // False: malformed, and what stands here means nothing. Memory is used again from call to call;
    // `bytes` must outlive the messages.
    //
    // i h f d c are numbers, T is 1, F is 0, I (impulse) is 1. Text, blobs, time tags, colours,
    // MIDI and nil have a position but no number. A number that is not finite makes a packet
    // malformed: it would never leave a feedback loop again.
    [[nodiscard]] bool parse(std::span<const uint8_t> bytes);
};

}  // namespace weft::osc

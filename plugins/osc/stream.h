// Packets in a stream of bytes (TCP): with their length before them, as OSC 1.0 has it, or between
// SLIP's END bytes, as OSC 1.1 has it. What comes in tells by its first byte which of the two it
// is: a length that is allowed begins with 0.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace weft::osc {

// Takes a stream apart. Never holds more than one packet of kMaxPacket bytes.
class Deframer {
public:
    using Take = std::function<void(std::span<const uint8_t>)>;

    // Calls `take` for each whole packet. False: the stream lost its place and cannot be read on.
    [[nodiscard]] bool feed(std::span<const uint8_t> bytes, const Take& take);
    // Packets thrown away since the last call: too long, or with an escape that there is not.
    [[nodiscard]] uint64_t take_broken();

private:
    enum class Framing : uint8_t { unknown, counted, slip };
    [[nodiscard]] bool feed_counted(std::span<const uint8_t> bytes, const Take& take);
    void feed_slip(std::span<const uint8_t> bytes, const Take& take);

    Framing framing_ = Framing::unknown;
    bool escaped_ = false;   // slip: the byte before was ESC
    bool skipping_ = false;  // slip: until the next END
    uint64_t broken_ = 0;
    std::vector<uint8_t> packet_;  // counted: with the 4 bytes of its length
};

// A packet as it goes into a stream.
[[nodiscard]] std::vector<uint8_t> framed(std::span<const uint8_t> packet, bool slip);

}  // namespace weft::osc

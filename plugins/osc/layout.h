// The bytes of an outgoing message, laid out once when a program is opened; a frame only fills in
// the numbers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "result.h"

namespace weft::osc {

struct Layout {
    std::vector<uint8_t> bytes;  // the message with zeros for numbers
    size_t numbers = 0;          // where the first stands; each takes 4 bytes, one behind the other
};

// "/path ,ff..." with `count` floats; a failure says what is wrong with the address.
[[nodiscard]] Result<Layout> lay_out(const std::string& address, uint32_t count);

// Four bytes, the highest first, as OSC has all numbers.
inline void put_big32(uint8_t* at, uint32_t value) {
    for (int i = 0; i < 4; ++i) at[i] = static_cast<uint8_t>(value >> (24 - 8 * i));
}

}  // namespace weft::osc

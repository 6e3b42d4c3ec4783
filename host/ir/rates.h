// What every value varies with (WEFT_VARIES_*): an analysis that several passes ask for.
#pragma once

#include <cstdint>
#include <vector>

#include "ir/module.h"

namespace weft::ir {

inline constexpr std::uint8_t kUniform = WEFT_VARIES_PROGRAM | WEFT_VARIES_FRAME;

// WEFT_FIELD_CLASS_* of a field of me.
[[nodiscard]] std::uint32_t field_class_of(std::uint32_t field);

// What a coordinate varies with in a domain.
[[nodiscard]] std::uint8_t field_varies(Domain domain, std::uint32_t field);

// By value number. All values of a loop's body vary at least with what the loop varies with.
[[nodiscard]] std::vector<std::uint8_t> rates(const Module& module);

// The same for the host's part, where everything is constant, a parameter, or of the frame.
[[nodiscard]] std::vector<std::uint8_t> host_rates(const Module& module);

}  // namespace weft::ir

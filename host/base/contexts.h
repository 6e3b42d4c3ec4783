// Contexts (WEFT_CONTEXT_*), as they are written.
#pragma once

#include <weft/backend.h>

#include <array>
#include <cstdint>
#include <string_view>

namespace weft {

inline constexpr std::array<std::string_view, WEFT_CONTEXT_COUNT> kContextNames = {
    "visual", "audio", "control", "compute", "file"};

[[nodiscard]] constexpr std::string_view context_name(std::uint32_t context) {
    return context < kContextNames.size() ? kContextNames[context] : "unknown";
}

}  // namespace weft

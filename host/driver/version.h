#pragma once

namespace weft::driver {

inline constexpr const char* kVersion = "0.1.0";

}  // namespace weft::driver

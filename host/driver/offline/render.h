// `weft render`: offline, deterministic.
#pragma once

#include <optional>
#include <string>

#include "driver/compile/session.h"

namespace weft::driver {

struct RenderOptions {
    std::string file;
    std::string out;                 // "" when the program itself says what it writes
    std::optional<double> start;     // seconds
    std::optional<double> duration;  // seconds
    std::optional<std::pair<std::int64_t, std::int64_t>> frames;  // [first, second)
    std::uint32_t quality = 0;                                    // 1..100, 0: the format's default
    std::uint32_t depth = 8;  // bits a channel, where the format has a choice
    bool stats = false;
    bool assert_zero_copy = false;
    std::string replay;  // the log of a show that was recorded live
};

// The exit code.
[[nodiscard]] int render(Session& session, const RenderOptions& options);

}  // namespace weft::driver

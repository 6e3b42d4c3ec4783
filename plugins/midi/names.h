// Which ports are meant: a text that is part of a port's name, in whatever case.
#pragma once

#include <string>
#include <string_view>

namespace weft::midi {

// All our clients' names begin like this; nobody listens to them unless told to.
inline constexpr std::string_view kOwnPrefix = "weft-";

// An empty text matches every name.
[[nodiscard]] bool matches(std::string_view text, std::string_view port_name);

[[nodiscard]] bool is_ours(std::string_view port_name);

// What stays the same when a device is unplugged and returns: ALSA ends a name with " 20:0",
// numbers that are given anew.
[[nodiscard]] std::string_view lasting_name(std::string_view port_name);

}  // namespace weft::midi

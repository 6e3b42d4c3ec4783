// Between PortAudio and libjack. PortAudio takes for granted that the server lives as long as it
// does: when it is gone, closing a stream waits for ten minutes, and ending PortAudio fails an
// assertion, which ends the program. The linker leads its calls here (--wrap, CMakeLists.txt), and
// they end at once, and well. See docs/decisions/sound-devices.md.
#pragma once

#include <cstdint>
#include <string>

namespace weft::audio::jack {

// The server that PortAudio is a client of went, or threw us out. [any-thread]
[[nodiscard]] bool gone();
// Why, in its own words; "" while it is there. [any-thread]
[[nodiscard]] std::string why_gone();

// Is there a server that takes clients? Within run_within only.
[[nodiscard]] bool answers();

// Where libjack's messages go. PortAudio's own listener takes a message for a format, and is
// never asked.
void set_message_functions(void (*message)(const char* line));

}  // namespace weft::audio::jack

// What PortAudio, ALSA and JACK would print on the terminal, led to the host's log at debug level.
// All three have one place for the whole process to which they talk.
#pragma once

#include <weft/cpp/host.hpp>

namespace weft::audio {

// The newest listener hears them, until it stops.
void listen(const cpp::Host* host);
void stop_listening(const cpp::Host* host);

// Takes the libraries by the ear; again whenever one of them may have been given another.
void lead_chatter_here();

}  // namespace weft::audio

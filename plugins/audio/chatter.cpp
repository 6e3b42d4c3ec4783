#include "chatter.h"

#include <alsa/asoundlib.h>
#include <jack/jack.h>

#include <cstdarg>
#include <cstdio>
#include <mutex>
#include <string>
#include <vector>

#include "jack_guard.h"

// PortAudio's own, in its archive but in none of its headers.
extern "C" void PaUtil_SetDebugPrintFunction(void (*print)(const char* line));

namespace weft::audio {
namespace {

std::mutex listeners_mutex;
std::vector<const cpp::Host*> listeners;  // guarded by listeners_mutex

void say(const char* who, std::string_view text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
    if (text.empty()) return;
    const std::lock_guard lock(listeners_mutex);
    if (!listeners.empty())
        listeners.back()->log(WEFT_LOG_DEBUG, std::string(who) + ": " + std::string(text));
}

void from_portaudio(const char* line) {
    say("PortAudio", line);
}
void from_jack(const char* line) {
    say("JACK", line);
}
void from_alsa(const char*, int, const char* function, int error, const char* format, ...) {
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    std::vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    std::string line = std::string(function) + ": " + text;
    if (error != 0) line += std::string(": ") + snd_strerror(error);
    say("ALSA", line);
}

}  // namespace

void listen(const cpp::Host* host) {
    const std::lock_guard lock(listeners_mutex);
    listeners.push_back(host);
}

void stop_listening(const cpp::Host* host) {
    const std::lock_guard lock(listeners_mutex);
    std::erase(listeners, host);
}

void lead_chatter_here() {
    PaUtil_SetDebugPrintFunction(from_portaudio);
    snd_lib_error_set_handler(from_alsa);
    jack::set_message_functions(from_jack);
}

}  // namespace weft::audio

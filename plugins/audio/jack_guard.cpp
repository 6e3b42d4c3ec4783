#include "jack_guard.h"

#include <errno.h>
#include <jack/clients.h>
#include <jack/jack.h>
#include <pthread.h>
#include <time.h>
#include <weft/cpp/text.hpp>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <string_view>

namespace weft::audio::jack {
namespace {

constexpr int64_t kStep = 50'000'000;      // nanoseconds between two looks at the server
constexpr int64_t kLimit = 3'000'000'000;  // ... for an answer of the process thread, which wakes
                                           // with every block

std::atomic<bool> server_gone{false};
std::mutex reason_mutex;
std::string reason;  // guarded by reason_mutex

// PortAudio's handler. Written before the client is activated.
JackShutdownCallback shut_down = nullptr;
void* shut_down_of = nullptr;

// From a thread of libjack's.
void on_gone(jack_status_t, const char* why, void*) {
    {
        const std::lock_guard lock(reason_mutex);
        reason = why ? why : "";
    }
    // PortAudio first: who sees that the server is gone may rely on PortAudio knowing it.
    if (shut_down) shut_down(shut_down_of);
    server_gone.store(true);
    weft::jack::server_gone();
}

int64_t nanoseconds(const timespec& time) {
    return int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}
timespec time_of(int64_t nanoseconds) {
    timespec time{};
    time.tv_sec = static_cast<time_t>(nanoseconds / 1'000'000'000);
    time.tv_nsec = static_cast<long>(nanoseconds % 1'000'000'000);
    return time;
}
int64_t now() {
    timespec time{};
    clock_gettime(CLOCK_REALTIME, &time);
    return nanoseconds(time);
}

}  // namespace

bool gone() {
    return server_gone.load() || weft::jack::must_close();
}

std::string why_gone() {
    const std::lock_guard lock(reason_mutex);
    return server_gone.load() ? reason : "";
}

}  // namespace weft::audio::jack

// The names that the linker gives: __real_f is libjack's f, __wrap_f what PortAudio calls as f.
// NOLINTBEGIN(bugprone-reserved-identifier)
extern "C" {

using namespace weft::audio::jack;

jack_client_t* __real_jack_client_open(const char*, jack_options_t, jack_status_t*, ...);
int __real_jack_deactivate(jack_client_t*);
int __real_jack_client_close(jack_client_t*);
int __real_jack_port_unregister(jack_client_t*, jack_port_t*);
const char** __real_jack_get_ports(jack_client_t*, const char*, const char*, unsigned long);
void __real_jack_set_error_function(void (*)(const char*));
int __real_pthread_cond_timedwait(pthread_cond_t*, pthread_mutex_t*, const timespec*);

jack_client_t* __wrap_jack_client_open(const char* name, jack_options_t options,
                                       jack_status_t* status, ...) {
    if (!weft::jack::may_open()) {
        if (status) *status = JackFailure;
        return nullptr;
    }
    server_gone.store(false);
    jack_client_t* const client = __real_jack_client_open(name, options, status);
    if (!client) weft::jack::closed();
    return client;
}

void __wrap_jack_on_shutdown(jack_client_t* client, JackShutdownCallback handler, void* argument) {
    shut_down = handler;
    shut_down_of = argument;
    jack_on_info_shutdown(client, on_gone, nullptr);
}

void __wrap_jack_set_error_function(void (*)(const char*)) {}

// Three that PortAudio asserts to succeed. Without a server they fail, having done on our side what
// there is to do.
int __wrap_jack_deactivate(jack_client_t* client) {
    __real_jack_deactivate(client);
    return 0;
}
int __wrap_jack_client_close(jack_client_t* client) {
    __real_jack_client_close(client);
    weft::jack::closed();
    return 0;
}
int __wrap_jack_port_unregister(jack_client_t* client, jack_port_t* port) {
    __real_jack_port_unregister(client, port);
    return 0;
}

// PortAudio makes "CLIENT:.*" of a name, which is then searched for as a regular expression
// anywhere in the names of ports of all kinds: MIDI ports would be channels, and the ports of
// "my system" those of "system" too.
const char** __wrap_jack_get_ports(jack_client_t* client, const char* pattern, const char*,
                                   unsigned long flags) {
    constexpr std::string_view kAll = ":.*";
    const std::string_view given = pattern ? pattern : "";
    std::string exact(given);
    if (given.size() > kAll.size() && given.substr(given.size() - kAll.size()) == kAll) {
        exact = "^";
        for (const char c : given.substr(0, given.size() - kAll.size())) {
            if (std::string_view("\\()[]{}*+?|$^.").find(c) != std::string_view::npos)
                exact += '\\';
            exact += c;
        }
        exact += kAll;
    }
    return __real_jack_get_ports(client, exact.c_str(), JACK_DEFAULT_AUDIO_TYPE, flags);
}

// PortAudio waits ten minutes for its process callback to answer, also when there is none any more.
int __wrap_pthread_cond_timedwait(pthread_cond_t* condition, pthread_mutex_t* mutex,
                                  const timespec* until) {
    const int64_t end = std::min(nanoseconds(*until), now() + kLimit);
    for (;;) {
        const int64_t next = std::min(end, now() + kStep);
        const timespec step = time_of(next);
        const int result = __real_pthread_cond_timedwait(condition, mutex, &step);
        if (result != ETIMEDOUT) return result;
        if (gone()) return 0;
        if (next == end) return ETIMEDOUT;
    }
}

// An assertion of PortAudio's, on a thread of run_within's: it ends the question, not the program.
[[noreturn]] void __wrap___assert_fail(const char* assertion, const char*, unsigned, const char*) {
    throw weft::cpp::Failure(WEFT_UNAVAILABLE,
                             std::string("PortAudio: ") + assertion + " does not hold");
}

}  // extern "C"
// NOLINTEND(bugprone-reserved-identifier)

namespace weft::audio::jack {

bool answers() {
    if (!weft::jack::may_open()) return false;
    jack_client_t* const client = __real_jack_client_open("weft", JackNoStartServer, nullptr);
    if (client) __real_jack_client_close(client);
    weft::jack::closed();
    return client != nullptr;
}

void set_message_functions(void (*message)(const char* line)) {
    __real_jack_set_error_function(message);
    jack_set_info_function(message);
}

}  // namespace weft::audio::jack

#include "driver/live/service_manager.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <limits>
#include <string>

namespace weft::driver {
namespace {

// One datagram to whoever started us; nothing waits, and what does not arrive is not missed: the
// next says the same.
void tell(const std::string& words) {
    const char* const path = std::getenv("NOTIFY_SOCKET");
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    const std::size_t size = path ? std::strlen(path) : 0;
    if (size < 2 || size >= sizeof address.sun_path) return;
    std::memcpy(address.sun_path, path, size);
    if (path[0] == '@') address.sun_path[0] = '\0';  // Linux's names without a file
    const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return;
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + size);
    (void)::sendto(fd, words.data(), words.size(), MSG_NOSIGNAL,
                   reinterpret_cast<const sockaddr*>(&address), length);
    ::close(fd);
}

// Seconds between two signs of life; infinity: nobody waits for any.
double period() {
    const char* const text = std::getenv("WATCHDOG_USEC");
    const char* const pid = std::getenv("WATCHDOG_PID");
    long long microseconds = 0;
    if (text) std::from_chars(text, text + std::strlen(text), microseconds);
    const bool ours = !pid || std::to_string(::getpid()) == pid;
    if (microseconds <= 0 || !ours) return std::numeric_limits<double>::infinity();
    return static_cast<double>(microseconds) * 1e-6 / 2;
}

}  // namespace

void notify_ready() {
    tell("READY=1");
}

void notify_alive(double monotonic) {
    static const double wanted = period();
    static double next = 0;
    if (wanted == std::numeric_limits<double>::infinity() || monotonic < next) return;
    next = monotonic + wanted;
    tell("WATCHDOG=1");
}

void notify_status(std::string_view text) {
    tell("STATUS=" + std::string(text.substr(0, text.find('\n'))));
}

void notify_reloading() {
    timespec now = {};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    const long long microseconds =
        static_cast<long long>(now.tv_sec) * 1'000'000 + now.tv_nsec / 1000;
    tell("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(microseconds));
}

void notify_stopping() {
    tell("STOPPING=1");
}

}  // namespace weft::driver

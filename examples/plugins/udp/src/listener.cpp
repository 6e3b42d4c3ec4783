#include "listener.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <weft/cpp/text.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace udp {
namespace {

// Of a flood this many datagrams are read before somebody may subscribe or leave.
constexpr int kMostAtOnce = 64;

[[noreturn]] void fail(const Place& place, weft_status code, const char* why) {
    throw weft::cpp::Failure(code, "cannot listen at " + place.interface + ":" +
                                       std::to_string(place.port) + ": " + why);
}

}  // namespace

Descriptor::~Descriptor() {
    if (number_ >= 0) close(number_);
}

Listener::Listener(Place place)
    : place_(std::move(place)),
      socket_(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)),
      wake_(eventfd(0, EFD_CLOEXEC)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(place_.port);
    if (inet_pton(AF_INET, place_.interface.c_str(), &address.sin_addr) != 1)
        fail(place_, WEFT_INVALID, "interface: takes a numeric address, as 0.0.0.0");
    if (socket_ < 0 || wake_ < 0 ||
        bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        fail(place_, WEFT_UNAVAILABLE, std::strerror(errno));
    thread_ = std::thread([this] { run(); });
}

Listener::~Listener() {
    const std::uint64_t one = 1;
    (void)!write(wake_, &one, sizeof one);
    thread_.join();
}

void Listener::add(const Subscriber* subscriber) {
    const std::lock_guard lock(mutex_);
    subscribers_.push_back(subscriber);
}

void Listener::remove(const Subscriber* subscriber) {
    const std::lock_guard lock(mutex_);
    std::erase(subscribers_, subscriber);
}

void Listener::run() {
    // One byte more than a packet may have tells that it was longer.
    std::array<char, kMostPacket + 1> buffer;
    pollfd waits[2] = {{socket_, POLLIN, 0}, {wake_, POLLIN, 0}};
    for (;;) {
        if (poll(waits, 2, -1) < 0 && errno != EINTR) return;
        if ((waits[1].revents & POLLIN) != 0) return;
        const std::lock_guard lock(mutex_);
        for (int i = 0; i < kMostAtOnce; ++i) {
            const ssize_t size = recv(socket_, buffer.data(), buffer.size(), 0);
            if (size < 0) break;
            take({buffer.data(), static_cast<std::size_t>(size)},
                 static_cast<std::size_t>(size) <= kMostPacket);
        }
    }
}

// A datagram that holds one bad line loses that line; one that is too long is cut somewhere, and
// loses everything.
void Listener::take(std::string_view packet, bool whole) {
    std::uint64_t malformed = whole ? 0 : 1;
    if (!whole) packet = {};
    for (std::size_t i = 0; !packet.empty(); ++i) {
        if (i == kMostMessages) {
            ++malformed;
            break;
        }
        Message message;
        if (!take_message(packet, message)) {
            ++malformed;
            continue;
        }
        for (const Subscriber* subscriber : subscribers_) deliver(message, *subscriber);
    }
    for (const Subscriber* subscriber : subscribers_) subscriber->counters->malformed += malformed;
}

void Listener::deliver(const Message& message, const Subscriber& subscriber) {
    ++subscriber.counters->received;
    bool wanted = false;
    for (const Subscriber::Input& input : subscriber.inputs) {
        if (input.name != message.name) continue;
        wanted = true;
        // What is posted in one call appears in the program at once: the numbers of a message
        // belong together. The host keeps the newest of everything, and asks for nothing.
        std::array<weft_control_event, kMostNumbers> events{};
        std::uint32_t count = 0;
        for (; count < message.count && count < input.outputs; ++count)
            events[count] = {input.index, count, message.numbers[count], 0};
        subscriber.host.post(subscriber.host.context, events.data(), count);
    }
    if (!wanted) ++subscriber.counters->unmatched;
    // For `weft run --learn` and whoever else is curious: the builtin that would have received it.
    weft_arg name{};
    name.kind = WEFT_ARG_TEXT;
    name.text = weft::cpp::to_str(message.name);
    weft_source source{};
    source.builtin = weft::cpp::to_str("udp");
    source.args = &name;
    source.arg_count = 1;
    source.output_count = static_cast<std::uint32_t>(message.count);
    source.span.file = WEFT_NO_FILE;
    for (std::uint32_t output = 0; output < message.count; ++output)
        subscriber.host.heard(subscriber.host.context, &source, output, message.numbers[output]);
}

std::shared_ptr<Listener> Listeners::at(const Place& place) {
    const std::lock_guard lock(mutex_);
    std::erase_if(open_, [](const auto& one) { return one.expired(); });
    for (const auto& one : open_)
        if (auto listener = one.lock(); listener && listener->place() == place) return listener;
    auto listener = std::make_shared<Listener>(place);
    open_.push_back(listener);
    return listener;
}

}  // namespace udp

// One socket and the thread that reads it. Sessions of several programs share it: while a changed
// program takes the place of the one that runs, both are open and want the same port.
#pragma once

#include <weft/control.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "packet.h"

namespace udp {

struct Place {
    std::string interface = "127.0.0.1";  // a numeric address; 0.0.0.0: whoever can reach us
    std::uint16_t port = 9124;

    friend bool operator==(const Place&, const Place&) = default;
};

struct Counters {
    std::atomic<std::uint64_t> received{0};   // messages
    std::atomic<std::uint64_t> unmatched{0};  // of those, under a name that nobody asked for
    std::atomic<std::uint64_t> malformed{0};  // datagrams too large, lines that are no message
};

// Somebody who listens. Lives until Listener::remove has returned.
struct Subscriber {
    struct Input {
        std::string name;
        std::uint32_t index;    // in the session's wish
        std::uint32_t outputs;  // how many numbers it takes
    };
    weft_control_host host;
    std::vector<Input> inputs;
    Counters* counters;
};

// Closes a file descriptor at its end.
class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor();
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    operator int() const { return number_; }

private:
    const int number_;
};

class Listener {
public:
    // Opens the socket and starts the thread. Throws weft::cpp::Failure.
    explicit Listener(Place place);
    ~Listener();
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    [[nodiscard]] const Place& place() const { return place_; }
    void add(const Subscriber* subscriber);
    // When it returns, nothing is posted to that one any more.
    void remove(const Subscriber* subscriber);

private:
    void run();
    void take(std::string_view packet, bool whole);
    void deliver(const Message& message, const Subscriber& subscriber);

    const Place place_;
    const Descriptor socket_;
    const Descriptor wake_;  // an eventfd that ends the thread
    std::mutex mutex_;
    std::vector<const Subscriber*> subscribers_;
    std::thread thread_;
};

// The listener at a place, opened when the first one asks and closed after the last.
class Listeners {
public:
    [[nodiscard]] std::shared_ptr<Listener> at(const Place& place);

private:
    std::mutex mutex_;
    std::vector<std::weak_ptr<Listener>> open_;
};

}  // namespace udp

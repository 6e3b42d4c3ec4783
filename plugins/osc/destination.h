// A place that is sent to. Sinks and sessions that send to the same place share one, and so its
// socket. Datagrams over UDP go out from the frame thread: on a socket that does not block they
// never wait, and a hop to another thread would cost more than the send. All the rest is the
// network's thread's (hub.h): a stream has connections to make and buffers that fill, a Unix
// socket's owner comes back as another one.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <future>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "counters.h"
#include "descriptor.h"
#include "place.h"

namespace weft::osc {

struct Outgoing {
    std::span<const uint8_t> bytes;
    uint32_t messages = 0;
};

class Destination {
public:
    // [compile-thread] A name that has no address, or not soon, is no failure, nor is nobody there:
    // what is sent to it is counted as unsent, and both are tried again.
    explicit Destination(const Place& place);
    ~Destination();
    Destination(const Destination&) = delete;
    Destination& operator=(const Destination&) = delete;

    [[nodiscard]] const Place& place() const { return place_; }
    // Why the name had no address when this was made; the second time, and if it had one: "".
    // [compile-thread]
    [[nodiscard]] std::string take_unresolved() { return std::exchange(unresolved_, {}); }

    // How large a packet may be that is made of several messages. [any thread]
    [[nodiscard]] size_t max_packet() const { return max_packet_.load(std::memory_order_relaxed); }
    // Rises when the other side may have missed what was sent before: it was not there. Looks for
    // refusals; those and what is lost are counted. [frame-thread] `now`: CLOCK_MONOTONIC seconds.
    [[nodiscard]] uint32_t generation(double now, Counters& counters);
    // Sends without waiting; false: this is not a place for that, `send` is. [any thread]
    [[nodiscard]] bool send_now(const Outgoing& packet, Counters& counters);

    // [network's thread] Without waiting. `counters` are of the session that sends.
    void send(std::span<const Outgoing> packets, const std::shared_ptr<Counters>& counters);

    // What to wait for at `fd()`, as poll() has it; nothing when fd() < 0.
    [[nodiscard]] int fd() const { return direct_.load() < 0 ? socket_.get() : -1; }
    [[nodiscard]] short events() const;
    void ready(short events, double now);
    // CLOCK_MONOTONIC second at which `retry` is due; infinity: never.
    [[nodiscard]] double retry_at() const { return retry_at_; }
    void retry(double now);

private:
    enum class State : uint8_t { closed, connecting, open };
    struct Pending {
        std::vector<uint8_t> bytes;
        uint32_t messages;
        std::shared_ptr<Counters> counters;
    };

    [[nodiscard]] bool find_address(double now);
    void retry_later(double now);
    void connect(double now);
    void opened(double now);
    void failed(int problem, double now);
    void send_datagrams(std::span<const Outgoing> packets, Counters& counters);
    void queue_stream(std::span<const Outgoing> packets, const std::shared_ptr<Counters>& counters);
    void write_stream();
    void note_trouble(double now);
    [[nodiscard]] std::string reason(int problem) const;
    void read_maximum();

    Place place_;
    std::future<Endpoints> lookup_;  // under way, if it is valid
    std::vector<Endpoint> endpoints_;
    size_t endpoint_ = 0;  // the one in use
    Descriptor socket_;
    State state_ = State::closed;
    std::string unresolved_;
    std::string problem_;  // why nothing can be sent for now
    std::atomic<size_t> max_packet_;
    std::atomic<uint32_t> generation_{1};
    std::atomic<int> direct_{-1};  // UDP: the socket, from its opening to the end
    // CLOCK_MONOTONIC second from which all is told anew, after something was lost; infinity: no
    // need.
    std::atomic<double> tell_again_at_;
    std::atomic<double> look_at_{0};  // UDP: when to look for refusals next
    double retry_at_;
    double retry_after_;    // seconds
    double opened_at_ = 0;  // CLOCK_MONOTONIC second
    bool was_open_ = false;
    bool missed_ = false;                    // something was lost since it was open, or never was
    std::shared_ptr<Counters> last_sender_;  // who hears of a reconnection

    std::deque<Pending> pending_;  // streams: not yet written
    size_t pending_bytes_ = 0;
    size_t written_ = 0;  // of the first of them
};

}  // namespace weft::osc

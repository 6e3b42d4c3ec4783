// A place that is listened at: its sockets and, for TCP, who is connected. Sessions that want the
// same place share one. All of it belongs to the network's thread (hub.h).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "descriptor.h"
#include "place.h"
#include "stream.h"

namespace weft::osc {

// Takes what came in.
class Receiver {
public:
    virtual void packet(std::span<const uint8_t> bytes) = 0;
    // Packets that could not be told from what stood around them.
    virtual void broken(uint64_t packets) = 0;
    virtual ~Receiver() = default;
};

// Room for what one call to the system hands over; one for all listeners.
class DatagramRoom;

class Listener {
public:
    // A failure says which place is taken, and what to do.
    [[nodiscard]] static Result<std::shared_ptr<Listener>> open(const Place& place);
    ~Listener();
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    [[nodiscard]] const Place& place() const { return place_; }
    // True once: programs that follow one another share it. [compile thread]
    [[nodiscard]] bool take_news() { return std::exchange(news_, false); }

    // The descriptors to wait at. They change only in `read`.
    void descriptors(std::vector<int>& fds) const;
    // `fd`, one of those, can be read.
    void read(int fd, DatagramRoom& room, Receiver& receiver);

private:
    struct Connection {
        Descriptor socket;
        Deframer deframer;
        uint64_t heard = 0;  // when it was read last, in reads of this listener
    };

    explicit Listener(Place place) : place_(std::move(place)) {}
    [[nodiscard]] Result<Descriptor> bound(const Endpoint& endpoint);
    void accept_from(int fd);
    // False: it ended.
    [[nodiscard]] static bool read_connection(Connection& connection, DatagramRoom& room,
                                              Receiver& receiver);

    Place place_;
    std::vector<Descriptor> sockets_;
    std::vector<Connection> connections_;
    uint64_t reads_ = 0;
    bool news_ = true;
    bool bound_path_ = false;  // local: the socket's file is ours to remove
};

}  // namespace weft::osc

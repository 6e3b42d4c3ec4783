// What a program sends: the sinks of a session, on the frame thread. Values of a frame are turned
// into packets here, one bundle a destination where they fit into one. A packet over UDP is sent at
// once, what takes a connection is handed to the network's thread through a bounded queue
// (destination.h says why): a frame waits for neither.
#pragma once

#include <weft/control.h>

#include <cstdint>
#include <vector>

#include "counters.h"
#include "destination.h"
#include "layout.h"
#include "packet_queue.h"

namespace weft::osc {

class Outbox {
public:
    struct Sink {
        Layout layout;
        uint32_t value_count = 0;
        uint32_t destination = 0;  // index in the session's list
        double period = 0;         // seconds between two messages; 0: no limit
        bool always = false;       // also what did not change
    };

    // `destinations` outlive the last call of put and flush; `counters` outlive it.
    Outbox(std::vector<Sink> sinks, std::vector<Destination*> destinations, Counters& counters);

    [[nodiscard]] uint32_t sink_count() const { return static_cast<uint32_t>(sinks_.size()); }
    // [frame-thread] The values of a sink for this frame.
    void put(uint32_t sink, const double* values);
    // [frame-thread] `time`: when the frame shows, CLOCK_MONOTONIC seconds. True: there is
    // something for the network's thread to take.
    [[nodiscard]] bool flush(double time);

    [[nodiscard]] PacketQueue& queue() { return queue_; }

private:
    struct State {
        Sink sink;
        std::vector<uint8_t> last;    // the message as it was sent
        std::vector<uint8_t> newest;  // as it is
        uint32_t generation = 0;      // of the destination, when `last` was sent; 0: never
        bool has_values = false;
        double due = 0;  // CLOCK_MONOTONIC second from which the next may go
    };

    [[nodiscard]] bool wants_to_go(State& state, double time, uint32_t generation) const;
    void append(State& state);
    void close_packet();

    std::vector<State> sinks_;
    std::vector<std::vector<uint32_t>> sinks_of_;  // by destination
    std::vector<Destination*> destinations_;
    Counters& counters_;
    PacketQueue queue_;

    // The packet being made.
    std::vector<uint8_t> packet_;
    std::vector<uint32_t> in_packet_;  // sinks
    uint32_t to_ = 0;
    uint32_t generation_ = 0;  // of the destination
    uint64_t tag_ = 0;
    bool queued_ = false;
};

}  // namespace weft::osc

// Whether a JACK server is there. RtMidi says so on the user's terminal, and never notices that one
// goes; so a client of our own, without ports, is asked first. It stands for those of RtMidi where
// the clients of this process agree (jack/clients.h): they are opened after it and closed before.
#pragma once

#include <jack/jack.h>

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include <weft/cpp/wake.hpp>

namespace weft::midi {

// A client of a server that runs; none is started. Null: there is none, or nobody may open one now
// (jack/clients.h).
[[nodiscard]] jack_client_t* open_jack_client(const char* name);
void close_jack_client(jack_client_t* client);
// The names of MIDI ports, in RtMidi's order: JackPortIsOutput are those that can be listened to.
[[nodiscard]] std::vector<std::string> jack_ports(jack_client_t* client, unsigned long flags);

class JackPresence {
public:
    // Wakes `changed` when the server goes, and when ports come and go.
    explicit JackPresence(cpp::Wake& changed) : changed_(changed) {}
    JackPresence(const JackPresence&) = delete;
    JackPresence& operator=(const JackPresence&) = delete;
    ~JackPresence() { close(); }

    // Connects if a server runs; none is started. True: one is there.
    bool look();
    void close();

    // False also when another client of this process was told that the server is gone.
    [[nodiscard]] bool alive() const;
    [[nodiscard]] std::vector<std::string> ports(unsigned long flags) const {
        return jack_ports(client_, flags);
    }
    // Blocks that the server ran while we watched.
    [[nodiscard]] std::uint64_t cycles() const { return cycles_.load(std::memory_order_relaxed); }
    // Until the block that the server is at, and so what its clients do in it, is over; not longer
    // than a second, and no time at all without a server.
    void let_blocks_pass() const;

private:
    cpp::Wake& changed_;
    jack_client_t* client_ = nullptr;
    std::atomic<bool> gone_{false};
    std::atomic<std::uint64_t> cycles_{0};
};

}  // namespace weft::midi

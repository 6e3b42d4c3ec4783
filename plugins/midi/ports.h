// One open port each, over RtMidi. What comes in is put into a ring by RtMidi's thread, which with
// JACK is the real-time thread of the whole graph: no allocation there, no lock.
#pragma once

#include <RtMidi.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include <weft/cpp/wake.hpp>
#include "arrival.h"
#include "clock_in.h"
#include "listener.h"
#include "ring.h"

namespace weft::midi {

// A piece of what arrived; longer messages come as several.
struct Packet {
    double time = 0;  // CLOCK_MONOTONIC seconds
    std::uint8_t size = 0;
    std::array<std::uint8_t, 7> bytes{};
};

// Why ALSA's sequencer cannot be opened, "" if it can: then RtMidi's constructor would fail, and
// ALSA's library say so on the terminal.
[[nodiscard]] std::string why_no_alsa();

// The ports that the API knows, in the order of their numbers.
[[nodiscard]] std::vector<std::string> port_names(RtMidi& midi);

class JackPresence;

class InPort {
public:
    // Opens port `number`, or a virtual one. Throws cpp::Failure.
    InPort(RtMidi::Api api, std::uint32_t id, std::string name, int number, cpp::Wake& arrived);
    InPort(const InPort&) = delete;
    InPort& operator=(const InPort&) = delete;

    static constexpr int kVirtual = -1;

    [[nodiscard]] std::uint32_t id() const { return id_; }
    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] RtMidiIn& midi() { return midi_; }

    // [reader] The oldest packet, or null.
    [[nodiscard]] const Packet* front() const { return ring_.front(); }
    void pop() { ring_.pop(); }
    [[nodiscard]] std::uint64_t lost() const { return lost_.load(std::memory_order_relaxed); }

    // What the bytes mean; the reader's.
    Listener listener;
    ClockIn clock;

private:
    void arrive(double delta, const std::vector<unsigned char>& bytes);

    std::string failure_;  // what RtMidi said while it opened
    std::uint32_t id_;
    std::string name_;
    cpp::Wake& arrived_;
    Arrival arrival_;
    Ring<Packet, 2048> ring_;
    std::atomic<std::uint64_t> lost_{0};  // packets that found the ring full
    RtMidiIn midi_;                       // last: its thread ends before what it writes to
};

class OutPort {
public:
    // As InPort. `jack` watches the server, and outlives the port.
    OutPort(RtMidi::Api api, std::string name, int number, const JackPresence& jack);
    OutPort(const OutPort&) = delete;
    OutPort& operator=(const OutPort&) = delete;
    ~OutPort();

    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] RtMidiOut& midi() { return midi_; }

    // False: it was not taken. With JACK the bytes go into a ring of RtMidi's, and when that is
    // full RtMidi would spin until the server has run; `cycles` counts its blocks, so that we know
    // better.
    bool send(std::span<const std::uint8_t> bytes, std::uint64_t cycles);

private:
    std::string failure_;  // what RtMidi said to the latest call
    std::string name_;
    RtMidi::Api api_;
    const JackPresence& jack_;
    std::uint64_t cycle_ = 0;
    std::size_t unread_ = 0;  // bytes that may still be in RtMidi's ring
    RtMidiOut midi_;
};

}  // namespace weft::midi

// One program's MIDI: what it listens for and what it sends. Ports and threads are the hub's, which
// all sessions share.
#pragma once

#include <weft/control.h>

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <weft/cpp/wake.hpp>
#include "inputs.h"
#include "options.h"
#include "ring.h"
#include "sinks.h"

namespace weft::midi {

class Hub;

// A message on its way out.
struct Departure {
    double due = 0;  // CLOCK_MONOTONIC seconds
    std::uint32_t sink = 0;
    Message message;
};

class Session {
public:
    // Throws cpp::Failure. Joins the hub.
    Session(std::shared_ptr<Hub> hub, const weft_control_wish& wish, const weft_control_host& host);
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    // Ends the notes that sound, and leaves the hub.
    ~Session();

    // [frame-thread] See weft_control_api.
    void send(std::uint32_t sink, const double* values);
    void flush(double time);
    void tempo(const weft_control_tempo& tempo);
    void counters(weft_control_counters& counters) const;

    // [hub] Which ports are meant.
    [[nodiscard]] bool hears(const Place& place) const;
    [[nodiscard]] bool needs_out(const Place& place) const;
    [[nodiscard]] bool sends_to(std::uint32_t sink, const Place& place) const;
    [[nodiscard]] bool clocks_to(const Place& place) const { return clocks(options_, place); }
    [[nodiscard]] const Options& options() const { return options_; }
    // The texts by which ports are named.
    [[nodiscard]] std::set<std::string> texts_in() const;
    [[nodiscard]] std::set<std::string> texts_out() const;

    // [hub's reader] What a port said. Of `recalled` nobody learns: it is not touched now.
    void receive(const PortName& port, const std::vector<Reading>& readings, bool recalled);
    void forget(const PortName& port);
    void receive_tempo(const weft_control_tempo& tempo);
    void count_received(std::uint64_t messages, std::uint64_t malformed);
    void count_reconnect() { reconnects_.fetch_add(1, std::memory_order_relaxed); }

    // [hub's sender] The oldest departure, null where there is none.
    [[nodiscard]] const Departure* next() const { return departures_.front(); }
    void departed() { departures_.pop(); }
    // [the thread that leaves] Queues what ends the notes that sound; nobody sends here any more.
    void finish();
    void count_sent() { sent_.fetch_add(1, std::memory_order_relaxed); }
    void count_unsent(const std::string& reason);
    // The program's own tempo, if it was told since it was last asked for.
    [[nodiscard]] std::optional<weft_control_tempo> take_tempo();
    // A port came: what it does not know is sent again.
    void send_again() { send_again_.store(true, std::memory_order_relaxed); }

private:
    void post();
    void learn(const Reading& reading) const;
    void depart(double due);
    void queue(double due);

    std::shared_ptr<Hub> hub_;
    Options options_;
    weft_control_host host_;
    Inputs inputs_;
    Sinks sinks_;

    std::vector<weft_control_event> events_;  // the reader's
    std::vector<Sinks::Outgoing> outgoing_;   // of the frame that is being made
    Ring<Departure, 4096> departures_;
    std::atomic<bool> send_again_{false};

    std::mutex tempo_mutex_;
    std::optional<weft_control_tempo> tempo_;

    std::atomic<std::uint64_t> received_{0};
    std::atomic<std::uint64_t> unmatched_{0};
    std::atomic<std::uint64_t> malformed_{0};
    std::atomic<std::uint64_t> sent_{0};
    std::atomic<std::uint64_t> unsent_{0};
    std::atomic<std::uint64_t> reconnects_{0};
    mutable std::mutex reason_mutex_;
    std::string reason_;
};

}  // namespace weft::midi

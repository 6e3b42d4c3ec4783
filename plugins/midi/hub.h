// All open ports of this process and the threads behind them, shared by the sessions of programs,
// so that a reload keeps them open.
//
// Three threads: the reader turns what arrived into events, as it arrives; the sender sends what is
// due; the watcher looks for ports that come, go, and return. RtMidi is called to send by the
// sender alone, since what a driver does there is not ours to promise: the frame thread only leaves
// messages in a ring. All else of RtMidi and libjack is the watcher's: a server that hangs holds up
// whoever asks it something, for ever, and nobody else may be held up.
#pragma once

#include <weft/control.h>

#include <array>
#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <weft/cpp/wake.hpp>
#include "clock_out.h"
#include "jack_presence.h"
#include "ports.h"

namespace weft::midi {

class Session;
struct Departure;

class Hub {
public:
    using Log = std::function<void(std::uint32_t level, const std::string& line)>;

    // Its end closes the ports. Where they do not close, its thread is left behind, with all that
    // it uses, and that is said. `log` is called from several threads, as long as there is a hub.
    [[nodiscard]] static std::shared_ptr<Hub> make(Log log);
    Hub(const Hub&) = delete;
    Hub& operator=(const Hub&) = delete;

    // [compile-thread] When it returns, the ports that the session means and that are there are
    // open, unless a server does not answer.
    void join(Session& session);
    // [compile-thread] Sends what the session still has to send; when it returns, the session is
    // not called any more. Ports that no other session means are closed then, or soon.
    void leave(Session& session);

    // [any-thread]
    void wake_sender() { departing_.wake(); }

private:
    explicit Hub(Log log);
    ~Hub() = default;
    // False: the watcher hangs, and needs all that is here.
    [[nodiscard]] bool end();
    void say(std::uint32_t level, const std::string& line);

    struct Member {
        Session* session;
        bool fresh;  // has not heard what the ports remember
    };
    struct Out {
        std::unique_ptr<OutPort> port;
        bool is_virtual = false;
        // Who began the notes that sound there, and how often they were begun: a reload goes on
        // with them.
        struct Sounding {
            const Session* by = nullptr;
            unsigned times = 0;
        };
        std::array<std::array<Sounding, kNumbers>, kChannels> sounding{};
    };
    struct In {
        std::unique_ptr<InPort> port;
        bool is_virtual = false;
        std::uint64_t counted = 0;    // messages
        std::uint64_t malformed = 0;  // as counted
    };

    // A port that shall be open: its number in the API's list, or InPort::kVirtual.
    struct Wanted {
        std::string name;
        int number;
    };

    // watch.cpp. The watcher's.
    void watch();
    void scan();
    void choose_api();
    void look_at_server();
    template <class Means>
    [[nodiscard]] bool any_member(Means&& means);
    template <class Texts>
    [[nodiscard]] std::set<std::string> texts_of_members(Texts&& texts);
    // Says which of the texts that name ports name none, and which ports there are.
    void say_missing(const char* direction, const std::set<std::string>& texts,
                     const std::vector<std::string>& there);
    void close_all();
    void scan_in();
    void scan_out();
    // Close what is not wanted. Null `there`: the API is gone.
    void close_in(const std::vector<Wanted>& wanted, const std::vector<std::string>* there);
    void close_out(const std::vector<Wanted>& wanted, const std::vector<std::string>* there);
    [[nodiscard]] std::vector<std::string> names_in();
    [[nodiscard]] std::vector<std::string> names_out();
    template <class Port, class List, class... Args>
    std::unique_ptr<Port> open_port(const List& others, Args&&... args);
    void say_opened(const std::string& key, const std::string& what);
    void say_refused(const std::string& key, const std::string& what, const char* why);

    // hub.cpp. All with mutex_ held, but for the two threads.
    void read();
    void read_port(In& in);
    void recall(Member& member);
    void hear_transport(In& in, const Message& message, double time);
    void tell_tempo(const In& in);
    void send();
    double send_due(double time);
    void send_all(Session& session);
    void depart(Session& session, const Departure& departure);
    bool send_to(Out& out, const Session& session, const Message& message);
    static bool sends_clock(const Member& member);
    void send_clock(double time);
    void end_clock(const Session& session);

    std::mutex log_mutex_;
    Log log_;  // none: left behind
    cpp::Wake arrived_;
    cpp::Wake departing_;
    cpp::Wake changed_;
    std::atomic<bool> ending_{false};

    // The watcher's, but that the sender asks for the server's blocks.
    JackPresence jack_{changed_};
    RtMidi::Api api_ = RtMidi::UNSPECIFIED;
    std::unique_ptr<RtMidiIn> in_list_;  // ALSA: to ask for names while no port is open
    std::unique_ptr<RtMidiOut> out_list_;
    std::set<std::string> gone_;     // lasting names of ports that may return
    std::set<std::string> refused_;  // those that could not be opened; said once
    std::set<std::string> missing_;  // texts that name no port; said once
    std::set<std::string> own_;      // ports of ours, as others see them
    bool said_absent_ = false;
    std::uint32_t next_id_ = 1;
    std::uint64_t cycles_ = 0;  // the server's blocks, and since when there were no more
    double stalled_ = 0;
    bool said_stalled_ = false;

    // Ports and sessions. Held for as long as it takes to hand over messages, never while a port is
    // opened or closed.
    std::mutex mutex_;
    std::condition_variable scanned_;
    std::uint64_t asked_ = 0;     // scans
    std::uint64_t answered_ = 0;  // of them
    bool waited_long_ = false;    // for one that is not answered yet
    bool watching_ = true;
    bool left_ = false;            // to the watcher, which deletes all of this when it ends
    std::vector<Member> members_;  // the newest last
    std::vector<In> ins_;
    std::vector<Out> outs_;
    std::uint32_t clock_port_ = 0;  // whose clock is followed; 0: nobody's
    ClockOut clock_out_;
    std::vector<Reading> readings_;   // the reader's, kept for their memory
    std::vector<Message> messages_;   // the reader's
    std::vector<Message> clock_due_;  // the sender's

    std::thread reader_;
    std::thread sender_;
    std::thread watcher_;
};

}  // namespace weft::midi

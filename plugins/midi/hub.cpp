#include "hub.h"

#include <algorithm>
#include <chrono>

#include "session.h"

namespace weft::midi {

namespace {

constexpr double kClockCheck = 0.1;  // seconds between looks at a clock that may be lost
constexpr double kIdle = 1.0;        // seconds a thread sleeps that nobody wakes
constexpr double kSilent = 1.0;      // seconds after which another port's clock is followed
constexpr double kSoon = 0.0002;     // seconds: what is due so soon is not slept for
constexpr auto kPatience = std::chrono::seconds(5);  // for what takes milliseconds

}  // namespace

Hub::Hub(Log log) : log_(std::move(log)) {
    readings_.reserve(256);
    messages_.reserve(256);
    clock_due_.reserve(64);
    reader_ = std::thread([this] { read(); });
    sender_ = std::thread([this] { send(); });
    watcher_ = std::thread([this] { watch(); });
}

std::shared_ptr<Hub> Hub::make(Log log) {
    return {new Hub(std::move(log)), [](Hub* hub) {
                if (hub->end()) delete hub;
            }};
}

bool Hub::end() {
    ending_ = true;
    changed_.wake();
    arrived_.wake();
    departing_.wake();
    reader_.join();
    sender_.join();
    std::unique_lock lock(mutex_);
    if (scanned_.wait_for(lock, kPatience, [&] { return !watching_; })) {
        lock.unlock();
        watcher_.join();
        return true;
    }
    say(WEFT_LOG_WARNING, "MIDI does not answer; its ports are left to close by themselves");
    {
        const std::lock_guard silence(log_mutex_);
        log_ = nullptr;
    }
    watcher_.detach();
    left_ = true;
    return false;
}

void Hub::say(std::uint32_t level, const std::string& line) {
    const std::lock_guard lock(log_mutex_);
    if (log_) log_(level, line);
}

void Hub::join(Session& session) {
    std::unique_lock lock(mutex_);
    members_.push_back({&session, true});
    const std::uint64_t scan = ++asked_;
    changed_.wake();
    const auto answered = [&] { return answered_ >= scan; };
    if (!waited_long_ && !scanned_.wait_for(lock, kPatience, answered)) {
        waited_long_ = true;
        say(WEFT_LOG_WARNING, "MIDI does not answer; it is taken up when it does");
    }
    lock.unlock();
    arrived_.wake();
}

void Hub::leave(Session& session) {
    const std::lock_guard lock(mutex_);
    // A note that another program goes on with must have begun there before it ends here; so its
    // end is queued here, where the sender cannot come between.
    for (const Member& member : members_) send_all(*member.session);
    session.finish();
    send_all(session);
    for (Out& out : outs_)
        for (auto& channel : out.sounding)
            for (auto& note : channel)
                if (note.by == &session) note.by = nullptr;
    std::erase_if(members_, [&](const Member& member) { return member.session == &session; });
    if (!session.options().clock.empty() &&
        std::none_of(members_.begin(), members_.end(), sends_clock))
        end_clock(session);
    changed_.wake();
}

// --- In ------------------------------------------------------------------------------------------

void Hub::read() {
    while (!ending_) {
        double wait = kIdle;
        {
            const std::lock_guard lock(mutex_);
            for (Member& member : members_)
                if (member.fresh) recall(member);
            for (In& in : ins_) {
                read_port(in);
                if (in.port->id() != clock_port_) continue;
                wait = kClockCheck;
                if (in.port->clock.check(cpp::now())) tell_tempo(in);
            }
        }
        arrived_.sleep_until(cpp::now() + wait);
    }
}

// A program that begins to listen finds knobs and keys where they are.
void Hub::recall(Member& member) {
    member.fresh = false;
    for (In& in : ins_) {
        if (!member.session->hears({in.port->name(), in.is_virtual})) continue;
        readings_.clear();
        in.port->listener.recall(readings_);
        member.session->receive({in.port->id(), in.port->name()}, readings_, true);
        if (in.port->id() == clock_port_) member.session->receive_tempo(in.port->clock.tempo());
    }
}

void Hub::read_port(In& in) {
    InPort& port = *in.port;
    readings_.clear();
    for (const Packet* packet = port.front(); packet != nullptr; packet = port.front()) {
        messages_.clear();
        port.listener.listen(std::span(packet->bytes).first(packet->size), readings_, messages_);
        for (const Message& message : messages_) hear_transport(in, message, packet->time);
        port.pop();
    }
    const std::uint64_t messages = port.listener.messages();
    const std::uint64_t malformed = port.listener.malformed() + port.lost();
    for (const Member& member : members_) {
        if (!member.session->hears({port.name(), in.is_virtual})) continue;
        member.session->count_received(messages - in.counted, malformed - in.malformed);
        member.session->receive({port.id(), port.name()}, readings_, false);
    }
    in.counted = messages;
    in.malformed = malformed;
}

// One clock is followed; another only when that one is silent.
void Hub::hear_transport(In& in, const Message& message, double time) {
    const bool news = in.port->clock.hear(message, time);
    if (clock_port_ == in.port->id()) {
        if (news) tell_tempo(in);
        return;
    }
    if (!in.port->clock.settled()) return;
    const auto followed = std::find_if(
        ins_.begin(), ins_.end(), [&](const In& other) { return other.port->id() == clock_port_; });
    if (followed != ins_.end() && time - followed->port->clock.last_heard() < kSilent) return;
    clock_port_ = in.port->id();
    tell_tempo(in);
}

void Hub::tell_tempo(const In& in) {
    const weft_control_tempo tempo = in.port->clock.tempo();
    for (const Member& member : members_)
        if (member.session->hears({in.port->name(), in.is_virtual}))
            member.session->receive_tempo(tempo);
}

// --- Out -----------------------------------------------------------------------------------------

void Hub::send() {
    while (!ending_) {
        const double time = cpp::now();
        double next = time + kIdle;
        {
            const std::lock_guard lock(mutex_);
            next = std::min(next, send_due(time + kSoon));
        }
        departing_.sleep_until(next);
    }
}

// Returns when something is due next.
double Hub::send_due(double time) {
    double next = clock_out_.due();
    for (const Member& member : members_) {
        Session& session = *member.session;
        const Departure* departure = session.next();
        for (; departure != nullptr && departure->due <= time; departure = session.next()) {
            depart(session, *departure);
            session.departed();
        }
        if (departure != nullptr) next = std::min(next, departure->due);
    }
    send_clock(time);
    return std::min(next, clock_out_.due());
}

void Hub::send_all(Session& session) {
    for (; session.next() != nullptr; session.departed()) depart(session, *session.next());
}

void Hub::depart(Session& session, const Departure& departure) {
    bool sent = false;
    bool refused = false;
    for (Out& out : outs_) {
        if (!session.sends_to(departure.sink, {out.port->name(), out.is_virtual})) continue;
        const bool taken = send_to(out, session, departure.message);
        sent = sent || taken;
        refused = refused || !taken;
    }
    if (sent) session.count_sent();
    if (refused) session.count_unsent("a port does not take more");
    if (!sent && !refused) session.count_unsent("the port is not there");
}

bool Hub::send_to(Out& out, const Session& session, const Message& message) {
    if (message.kind() == kNoteOn || message.kind() == kNoteOff) {
        auto& note = out.sounding[message.channel() - 1][message.first];
        if (message.kind() == kNoteOn) {
            const bool goes_on = note.times > 0 && note.by != &session;
            note.by = &session;
            ++note.times;
            if (goes_on) return true;
        } else {
            if (note.times > 0) --note.times;
            if (note.times > 0) return true;
        }
    }
    const auto bytes = message.bytes();
    return out.port->send(std::span(bytes).first(message.size()), jack_.cycles());
}

bool Hub::sends_clock(const Member& member) {
    return !member.session->options().clock.empty();
}

void Hub::end_clock(const Session& session) {
    clock_due_.clear();
    clock_out_.end(clock_due_);
    for (const Message& message : clock_due_)
        for (Out& out : outs_)
            if (session.clocks_to({out.port->name(), out.is_virtual}))
                (void)send_to(out, session, message);
}

// The clock is that of the newest program that sends one.
void Hub::send_clock(double time) {
    const auto newest = std::find_if(members_.rbegin(), members_.rend(), sends_clock);
    if (newest == members_.rend()) return;
    if (const auto tempo = newest->session->take_tempo()) clock_out_.follow(*tempo);
    clock_due_.clear();
    clock_out_.pop(time, clock_due_);
    for (const Message& message : clock_due_) {
        bool sent = false;
        for (Out& out : outs_)
            if (newest->session->clocks_to({out.port->name(), out.is_virtual}))
                sent = send_to(out, *newest->session, message) || sent;
        if (sent) newest->session->count_sent();
    }
}

}  // namespace weft::midi

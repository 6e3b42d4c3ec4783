// The hub's watcher: which ports are there, which of them are meant, and what to open and close.

#include <weft/host.h>
#include <weft/cpp/text.hpp>

#include <algorithm>
#include <utility>

#include "hub.h"
#include "names.h"
#include "session.h"

namespace weft::midi {

namespace {

constexpr double kPeriod = 1.0;  // seconds between looks; JACK wakes us earlier
constexpr double kStall = 5.0;   // seconds without a block after which a server hangs
constexpr std::size_t kMostPorts = 32;
constexpr const char* kNoJack = "no JACK server runs";
// What our virtual ports are called where others see them, in both directions.
constexpr const char* kVirtualIn = "weft-in:weft";
constexpr const char* kVirtualOut = "weft-out:weft";

template <class List>
bool is_open(const List& list, const std::string& name) {
    return std::any_of(list.begin(), list.end(),
                       [&](const auto& open) { return open.port->name() == name; });
}

// It may return; else it is merely not wanted any more.
template <class Port>
bool is_gone(const Port& closed, const std::vector<std::string>* there) {
    if (there == nullptr) return true;
    return !closed.is_virtual &&
           std::find(there->begin(), there->end(), closed.port->name()) == there->end();
}

// Ports by name in one direction: one device has the same name in both.
std::string key(const char* direction, std::string_view name) {
    return direction + std::string(lasting_name(name));
}
constexpr const char* kIn = "in ";
constexpr const char* kOut = "out ";

}  // namespace

void Hub::watch() {
    while (!ending_) {
        std::uint64_t asked = 0;
        {
            const std::lock_guard lock(mutex_);
            asked = asked_;
        }
        if (any_member([](const Session&) { return true; })) scan();
        {
            const std::lock_guard lock(mutex_);
            answered_ = asked;
            waited_long_ = false;
        }
        scanned_.notify_all();
        if (!ending_) changed_.sleep_until(cpp::now() + kPeriod);
    }
    close_all();
    // Whoever waits for it may let all of this go as soon as it is said; when nobody does any more,
    // that is left to us.
    std::unique_lock lock(mutex_);
    watching_ = false;
    scanned_.notify_all();
    if (!left_) return;
    lock.unlock();
    delete this;
}

template <class Means>
bool Hub::any_member(Means&& means) {
    const std::lock_guard lock(mutex_);
    return std::any_of(members_.begin(), members_.end(),
                       [&](const Member& member) { return means(*member.session); });
}

template <class Texts>
std::set<std::string> Hub::texts_of_members(Texts&& texts) {
    std::set<std::string> all;
    const std::lock_guard lock(mutex_);
    for (const Member& member : members_) all.merge(texts(*member.session));
    return all;
}

void Hub::scan() {
    try {
        choose_api();
        if (api_ == RtMidi::UNSPECIFIED) return;
        scan_in();
        scan_out();
        // An open port knows the others as well.
        if (!ins_.empty()) in_list_.reset();
        if (!outs_.empty()) out_list_.reset();
    } catch (const std::exception& thrown) {
        say_refused("scan", "the MIDI system", thrown.what());
    }
}

void Hub::choose_api() {
    if (api_ == RtMidi::UNIX_JACK && !jack_.alive()) {
        close_all();
        say(WEFT_LOG_WARNING, "the JACK server is gone; MIDI is taken up again when it returns");
        said_absent_ = true;
    }
    if (api_ == RtMidi::UNIX_JACK) look_at_server();
    if (api_ != RtMidi::UNSPECIFIED) return;
    const bool no_alsa = any_member([](const Session& s) { return s.options().api == "jack"; });
    const bool no_jack = any_member([](const Session& s) { return s.options().api == "alsa"; });
    const std::string alsa = no_alsa ? "" : why_no_alsa();
    if (!no_alsa && alsa.empty())
        api_ = RtMidi::LINUX_ALSA;
    else if (!no_jack && jack_.look())
        api_ = RtMidi::UNIX_JACK;
    if (api_ == RtMidi::UNSPECIFIED && !said_absent_)
        say(WEFT_LOG_WARNING, "there is no MIDI: " + alsa + (no_alsa || no_jack ? "" : ", and ") +
                                  (no_jack ? "" : kNoJack) + "; it is taken up when it comes");
    said_absent_ = api_ == RtMidi::UNSPECIFIED;
}

// One that hangs is not gone: nobody is told, and what is sent to it stays where it is.
void Hub::look_at_server() {
    const std::uint64_t cycles = jack_.cycles();
    const double now = cpp::now();
    if (std::exchange(cycles_, cycles) != cycles) {
        stalled_ = now;
        if (std::exchange(said_stalled_, false)) say(WEFT_LOG_INFO, "the JACK server runs again");
    } else if (now - stalled_ > kStall && !std::exchange(said_stalled_, true)) {
        say(WEFT_LOG_WARNING, "the JACK server hangs; until it runs again there is no MIDI");
    }
}

void Hub::close_all() {
    close_in({}, nullptr);
    close_out({}, nullptr);
    in_list_.reset();
    out_list_.reset();
    own_.clear();
    jack_.close();
    api_ = RtMidi::UNSPECIFIED;
}

// Whose a port is no API tells. What appeared on the other side while we opened one, under our
// name, is ours: to listen to it would be to hear ourselves.
template <class Port, class List, class... Args>
std::unique_ptr<Port> Hub::open_port(const List& others, Args&&... args) {
    if (api_ == RtMidi::UNIX_JACK && !jack_.alive())
        throw cpp::Failure(WEFT_UNAVAILABLE, "the JACK server went");
    const std::vector<std::string> before = others();
    auto port = std::make_unique<Port>(api_, std::forward<Args>(args)...);
    for (const std::string& name : others())
        if (is_ours(name) && std::find(before.begin(), before.end(), name) == before.end())
            own_.insert(name);
    return port;
}

std::vector<std::string> Hub::names_in() {
    if (api_ == RtMidi::UNIX_JACK) return jack_.ports(JackPortIsOutput);
    if (!ins_.empty()) return port_names(ins_[0].port->midi());
    if (!in_list_) in_list_ = std::make_unique<RtMidiIn>(api_, "weft-look");
    return port_names(*in_list_);
}

std::vector<std::string> Hub::names_out() {
    if (api_ == RtMidi::UNIX_JACK) return jack_.ports(JackPortIsInput);
    if (!outs_.empty()) return port_names(outs_[0].port->midi());
    if (!out_list_) out_list_ = std::make_unique<RtMidiOut>(api_, "weft-look");
    return port_names(*out_list_);
}

void Hub::say_opened(const std::string& key, const std::string& what) {
    refused_.erase(key);
    refused_.erase("scan");
    const bool returned = gone_.erase(key) > 0;
    say(WEFT_LOG_INFO, (returned ? "again " : "") + what);
    if (!returned) return;
    const std::lock_guard lock(mutex_);
    for (const Member& member : members_) member.session->count_reconnect();
}

void Hub::say_refused(const std::string& key, const std::string& what, const char* why) {
    if (refused_.insert(key).second)
        say(WEFT_LOG_WARNING, what + " cannot be opened: " + std::string(why));
}

void Hub::say_missing(const char* direction, const std::set<std::string>& texts,
                      const std::vector<std::string>& there) {
    std::string names;
    for (const std::string& name : there)
        if (own_.count(name) == 0) names += (names.empty() ? "'" : ", '") + name + "'";
    for (const std::string& text : texts) {
        const std::string key = direction + text;
        const bool found = std::any_of(there.begin(), there.end(), [&](const std::string& name) {
            return own_.count(name) == 0 && matches(text, name);
        });
        if (found)
            missing_.erase(key);
        else if (missing_.insert(key).second)
            say(WEFT_LOG_WARNING, "no MIDI port that " + std::string(direction) + " has '" + text +
                                      "' in its name; it is waited for. There " + "are " +
                                      (names.empty() ? "none" : names));
    }
}

void Hub::close_in(const std::vector<Wanted>& wanted, const std::vector<std::string>* there) {
    std::vector<In> closing;
    {
        const std::lock_guard lock(mutex_);
        for (std::size_t i = ins_.size(); i-- > 0;) {
            const std::string& name = ins_[i].port->name();
            if (std::any_of(wanted.begin(), wanted.end(),
                            [&](const Wanted& want) { return want.name == name; }))
                continue;
            In& in = ins_[i];
            if (in.port->id() == clock_port_) {
                if (in.port->clock.hold(cpp::now())) tell_tempo(in);
                clock_port_ = 0;
            }
            for (const Member& member : members_) member.session->forget({in.port->id(), name});
            closing.push_back(std::move(in));
            ins_.erase(ins_.begin() + static_cast<std::ptrdiff_t>(i));
        }
    }
    for (const In& in : closing) {
        if (!is_gone(in, there)) continue;
        gone_.insert(key(kIn, in.port->name()));
        if (there) say(WEFT_LOG_WARNING, "MIDI port '" + in.port->name() + "' is gone");
    }
}

void Hub::scan_in() {
    const auto heard = [&](const Place& place) {
        return any_member([&](const Session& session) { return session.hears(place); });
    };
    const std::vector<std::string> there = names_in();
    say_missing("sends", texts_of_members([](const Session& s) { return s.texts_in(); }), there);
    std::vector<Wanted> wanted;
    if (heard({kVirtualIn, true})) wanted.push_back({kVirtualIn, InPort::kVirtual});
    for (std::size_t i = 0; i < there.size() && wanted.size() < kMostPorts; ++i)
        if (own_.count(there[i]) == 0 && heard({there[i]}))
            wanted.push_back({there[i], static_cast<int>(i)});
    close_in(wanted, &there);
    for (const Wanted& want : wanted) {
        if (is_open(ins_, want.name)) continue;
        const std::string what = "listening to MIDI port '" + want.name + "'";
        try {
            const bool is_virtual = want.number == InPort::kVirtual;
            In in{open_port<InPort>([&] { return names_out(); }, next_id_++, want.name, want.number,
                                    arrived_),
                  is_virtual};
            if (!is_virtual && names_in() != there) return changed_.wake();  // numbers have moved
            const std::lock_guard lock(mutex_);
            ins_.push_back(std::move(in));
        } catch (const std::exception& thrown) {
            say_refused(key(kIn, want.name), what, thrown.what());
            continue;
        }
        say_opened(key(kIn, want.name), what);
    }
}

void Hub::close_out(const std::vector<Wanted>& wanted, const std::vector<std::string>* there) {
    std::vector<Out> closing;
    {
        const std::lock_guard lock(mutex_);
        for (std::size_t i = outs_.size(); i-- > 0;) {
            const std::string& name = outs_[i].port->name();
            if (std::any_of(wanted.begin(), wanted.end(),
                            [&](const Wanted& want) { return want.name == name; }))
                continue;
            closing.push_back(std::move(outs_[i]));
            outs_.erase(outs_.begin() + static_cast<std::ptrdiff_t>(i));
        }
    }
    for (const Out& out : closing) {
        if (!is_gone(out, there)) continue;
        gone_.insert(key(kOut, out.port->name()));
        if (there) say(WEFT_LOG_WARNING, "MIDI port '" + out.port->name() + "' is gone");
    }
}

void Hub::scan_out() {
    const auto needed = [&](const Place& place) {
        return any_member([&](const Session& session) { return session.needs_out(place); });
    };
    const std::vector<std::string> there = names_out();
    say_missing("listens", texts_of_members([](const Session& s) { return s.texts_out(); }), there);
    std::vector<Wanted> wanted;
    if (needed({kVirtualOut, true})) wanted.push_back({kVirtualOut, InPort::kVirtual});
    for (std::size_t i = 0; i < there.size() && wanted.size() < kMostPorts; ++i)
        if (own_.count(there[i]) == 0 && needed({there[i]}))
            wanted.push_back({there[i], static_cast<int>(i)});
    close_out(wanted, &there);
    for (const Wanted& want : wanted) {
        if (is_open(outs_, want.name)) continue;
        const std::string what = "sending to MIDI port '" + want.name + "'";
        try {
            Out out;
            out.is_virtual = want.number == InPort::kVirtual;
            out.port =
                open_port<OutPort>([&] { return names_in(); }, want.name, want.number, jack_);
            if (!out.is_virtual && names_out() != there) return changed_.wake();
            const std::lock_guard lock(mutex_);
            outs_.push_back(std::move(out));
        } catch (const std::exception& thrown) {
            say_refused(key(kOut, want.name), what, thrown.what());
            continue;
        }
        say_opened(key(kOut, want.name), what);
        const std::lock_guard lock(mutex_);
        for (const Member& member : members_)
            if (member.session->needs_out({want.name, want.number == InPort::kVirtual}))
                member.session->send_again();
    }
}

}  // namespace weft::midi

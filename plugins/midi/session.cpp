#include "session.h"

#include <weft/cpp/text.hpp>

#include <algorithm>

#include "hub.h"
#include "names.h"

namespace weft::midi {

namespace {

// A frame is not shown later than this; a time beyond it is taken for a mistake, and is at once.
constexpr double kMostAhead = 1.0;  // seconds

constexpr std::string_view builtin_name(Reading::Kind kind) {
    switch (kind) {
        case Reading::Kind::controller: return "midi_cc";
        case Reading::Kind::bend: return "midi_bend";
        default: return "midi_note";
    }
}

}  // namespace

Session::Session(std::shared_ptr<Hub> hub, const weft_control_wish& wish,
                 const weft_control_host& host)
    : hub_(std::move(hub)),
      options_(Options::read(cpp::list(wish.options, wish.option_count))),
      host_(host),
      inputs_(cpp::list(wish.inputs, wish.input_count)),
      sinks_(cpp::list(wish.sinks, wish.sink_count)) {
    events_.reserve(64);
    outgoing_.reserve(2 * sinks_.size() + 2);
    hub_->join(*this);
}

Session::~Session() {
    hub_->leave(*this);
}

void Session::finish() {
    outgoing_.clear();
    sinks_.finish(outgoing_);
    queue(0);
}

bool Session::hears(const Place& place) const {
    if (listens(options_, place)) return true;
    const auto& texts = inputs_.ports();
    return !place.is_virtual &&
           std::any_of(texts.begin(), texts.end(),
                       [&](const std::string& text) { return matches(text, place.name); });
}

bool Session::sends_to(std::uint32_t sink, const Place& place) const {
    const std::string& port = sinks_.port(sink);
    if (port.empty()) return sends(options_, place);
    return !place.is_virtual && matches(port, place.name);
}

bool Session::needs_out(const Place& place) const {
    if (sends(options_, place) || clocks_to(place)) return true;
    for (std::uint32_t i = 0; i < sinks_.size(); ++i)
        if (sends_to(i, place)) return true;
    return false;
}

std::set<std::string> Session::texts_in() const {
    std::set<std::string> texts(options_.in.begin(), options_.in.end());
    texts.insert(inputs_.ports().begin(), inputs_.ports().end());
    return texts;
}

std::set<std::string> Session::texts_out() const {
    std::set<std::string> texts(options_.out.begin(), options_.out.end());
    texts.insert(options_.clock.begin(), options_.clock.end());
    for (std::uint32_t i = 0; i < sinks_.size(); ++i) texts.insert(sinks_.port(i));
    texts.erase("");
    return texts;
}

void Session::post() {
    if (!events_.empty() && host_.post != nullptr)
        host_.post(host_.context, events_.data(), static_cast<std::uint32_t>(events_.size()));
    events_.clear();
}

// Says which builtin would receive a reading, so that a knob can be bound to it.
void Session::learn(const Reading& reading) const {
    if (host_.heard == nullptr || reading.kind == Reading::Kind::notes_off || reading.low) return;
    if (reading.kind == Reading::Kind::controller && reading.number >= kAllSoundOff) return;
    weft_arg args[2] = {};
    args[0].kind = args[1].kind = WEFT_ARG_NUMBER;
    args[0].number = reading.channel;
    args[1].number = reading.number;
    weft_source source = {};
    source.builtin = cpp::to_str(builtin_name(reading.kind));
    source.args = args;
    source.arg_count = reading.kind == Reading::Kind::controller ? 2 : 1;
    source.output_count = 1;
    source.span = {WEFT_NO_FILE, 0, 0};
    if (source.arg_count == 2 || reading.kind == Reading::Kind::bend) {
        host_.heard(host_.context, &source, 0, reading.value);
        return;
    }
    source.output_count = 3;
    const bool on = reading.kind == Reading::Kind::note_on;
    if (on) {
        host_.heard(host_.context, &source, 0, reading.number);
        host_.heard(host_.context, &source, 1, reading.value);
    }
    host_.heard(host_.context, &source, 2, on ? 1.0 : 0.0);
}

void Session::receive(const PortName& port, const std::vector<Reading>& readings, bool recalled) {
    for (const Reading& reading : readings) {
        const bool matched = inputs_.receive(reading, port, events_);
        if (recalled) continue;
        if (!matched) unmatched_.fetch_add(1, std::memory_order_relaxed);
        learn(reading);
    }
    post();
}

void Session::forget(const PortName& port) {
    inputs_.forget(port, events_);
    post();
}

void Session::receive_tempo(const weft_control_tempo& tempo) {
    if (host_.tempo != nullptr) host_.tempo(host_.context, &tempo);
}

void Session::count_received(std::uint64_t messages, std::uint64_t malformed) {
    received_.fetch_add(messages, std::memory_order_relaxed);
    malformed_.fetch_add(malformed, std::memory_order_relaxed);
}

void Session::send(std::uint32_t sink, const double* values) {
    if (sink >= sinks_.size())
        throw cpp::Failure(WEFT_INVALID, "there is no sink " + std::to_string(sink));
    if (send_again_.exchange(false, std::memory_order_relaxed)) sinks_.send_again();
    sinks_.send(sink, values, outgoing_);
}

void Session::flush(double time) {
    const double present = cpp::now();
    depart(time > present + kMostAhead ? present : time);
}

void Session::depart(double due) {
    const bool any = !outgoing_.empty();
    queue(due);
    if (any) hub_->wake_sender();
}

void Session::queue(double due) {
    for (const Sinks::Outgoing& out : outgoing_)
        if (!departures_.push({due, out.sink, out.message}))
            count_unsent("too many messages at once");
    outgoing_.clear();
}

void Session::tempo(const weft_control_tempo& tempo) {
    // Whoever comes while it is being read tries again with the next frame.
    const std::unique_lock lock(tempo_mutex_, std::try_to_lock);
    if (!lock) return;
    tempo_ = tempo;
    if (!options_.clock.empty()) hub_->wake_sender();
}

std::optional<weft_control_tempo> Session::take_tempo() {
    const std::lock_guard lock(tempo_mutex_);
    return std::exchange(tempo_, std::nullopt);
}

void Session::count_unsent(const std::string& reason) {
    unsent_.fetch_add(1, std::memory_order_relaxed);
    const std::lock_guard lock(reason_mutex_);
    reason_ = reason;
}

void Session::counters(weft_control_counters& counters) const {
    counters.received = received_.load(std::memory_order_relaxed);
    counters.unmatched = unmatched_.load(std::memory_order_relaxed);
    counters.malformed = malformed_.load(std::memory_order_relaxed);
    counters.late = 0;
    counters.sent = sent_.load(std::memory_order_relaxed);
    counters.unsent = unsent_.load(std::memory_order_relaxed);
    counters.reconnects = reconnects_.load(std::memory_order_relaxed);
    const std::lock_guard lock(reason_mutex_);
    cpp::copy_text(counters.reason, reason_);
}

}  // namespace weft::midi

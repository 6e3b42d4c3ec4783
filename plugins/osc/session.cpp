#include "session.h"

#include <algorithm>
#include <utility>

#include "wish.h"

namespace weft::osc {

// What a session is made of, while it is gathered.
struct Session::Parts {
    std::vector<std::shared_ptr<Listener>> listeners;
    uint32_t general_count = 0;
    std::vector<std::shared_ptr<Destination>> destinations;
    std::vector<Inputs::Input> inputs;
    std::vector<Outbox::Sink> sinks;
};

namespace {

constexpr size_t kBatch = 64;  // packets handed to a destination at once

// The listener that an input with a place of its own hears: one that is there anyway if a mere port
// was asked for and it has that port.
std::optional<uint32_t> find_listener(const std::vector<std::shared_ptr<Listener>>& listeners,
                                      const Place& place) {
    for (uint32_t i = 0; i < listeners.size(); ++i) {
        const Place& other = listeners[i]->place();
        const bool same_port = place.host.empty() && place.transport == Transport::udp &&
                               other.transport == Transport::udp && other.port == place.port;
        if (same_port || other.name() == place.name()) return i;
    }
    return std::nullopt;
}

template <class T>
uint32_t number_in(std::vector<std::shared_ptr<T>>& list, std::shared_ptr<T> one) {
    const auto found = std::find(list.begin(), list.end(), one);
    const auto number = static_cast<uint32_t>(found - list.begin());
    if (found == list.end()) list.push_back(std::move(one));
    return number;
}

std::vector<Destination*> borrowed(const std::vector<std::shared_ptr<Destination>>& owned) {
    std::vector<Destination*> list;
    for (const auto& one : owned) list.push_back(one.get());
    return list;
}

void tell(const weft_host& host, uint32_t level, const std::string& line) {
    if (host.log) host.log(host.context, level, text(line));
}

}  // namespace

Result<std::unique_ptr<Session>> Session::open(std::shared_ptr<Hub> hub,
                                               const weft_control_wish& wish,
                                               const weft_control_host& host,
                                               const weft_host& log) {
    auto read = read_wish(wish);
    if (!read.ok()) return std::move(read.failure());
    Parts parts;
    const auto give_up = [&](Failure failure) {
        parts = {};
        hub->forget_unused();
        return failure;
    };
    const auto listen = [&](const Place& place) -> std::optional<Failure> {
        auto listener = hub->listen(place);
        if (!listener.ok()) return std::move(listener.failure());
        number_in(parts.listeners, *listener);
        return std::nullopt;
    };
    for (const Place& place : read->listen)
        if (auto failure = listen(place)) return give_up(*std::move(failure));
    parts.general_count = static_cast<uint32_t>(parts.listeners.size());
    for (InputWish& input : read->inputs) {
        uint32_t number = Inputs::kGeneral;
        if (input.place) {
            auto found = find_listener(parts.listeners, *input.place);
            if (!found) {
                found = static_cast<uint32_t>(parts.listeners.size());
                if (auto failure = listen(*input.place)) {
                    failure->node = input.node;
                    failure->span = input.span;
                    return give_up(*std::move(failure));
                }
            }
            number = *found;
        }
        parts.inputs.push_back({std::move(input.address), number, input.output_count});
    }
    for (SinkWish& sink : read->sinks) {
        auto layout = lay_out(sink.address, sink.value_count);
        if (!layout.ok()) {
            layout.failure().span = sink.span;
            return give_up(std::move(layout.failure()));
        }
        std::shared_ptr<Destination> to = hub->send_to(sink.to);
        if (const std::string why = to->take_unresolved(); !why.empty())
            tell(log, WEFT_LOG_WARNING, why);
        parts.sinks.push_back({std::move(*layout), sink.value_count,
                               number_in(parts.destinations, std::move(to)),
                               sink.rate > 0 ? 1 / sink.rate : 0, sink.always});
    }
    for (const auto& listener : parts.listeners)
        if (listener->take_news())
            tell(log, WEFT_LOG_INFO, "listens at " + listener->place().name());
    return std::unique_ptr<Session>(new Session(std::move(hub), std::move(parts), host));
}

Session::Session(std::shared_ptr<Hub> hub, Parts parts, const weft_control_host& host)
    : hub_(std::move(hub)),
      host_(host),
      counters_(std::make_shared<Counters>()),
      listeners_(std::move(parts.listeners)),
      general_count_(parts.general_count),
      destinations_(std::move(parts.destinations)),
      inputs_(std::move(parts.inputs), host_, *counters_),
      outbox_(std::move(parts.sinks), borrowed(destinations_), *counters_) {
    outgoing_.reserve(kBatch);
    hub_->add(*this);
}

Session::~Session() {
    hub_->remove(*this);
}

void Session::flush(double time) {
    if (outbox_.flush(time)) hub_->wake();
}

std::optional<uint32_t> Session::number_of(const Listener& listener) const {
    for (uint32_t i = 0; i < listeners_.size(); ++i)
        if (listeners_[i].get() == &listener) return i;
    return std::nullopt;
}

void Session::take(const Packet& packet, const Listener& listener) {
    if (const auto number = number_of(listener))
        inputs_.take(packet, *number, *number < general_count_);
}

void Session::count_malformed(uint64_t packets, const Listener& listener) {
    if (number_of(listener)) counters_->malformed.fetch_add(packets, std::memory_order_relaxed);
}

bool Session::send_queued() {
    PacketQueue& queue = outbox_.queue();
    PacketQueue::Head head = {};
    const uint8_t* packet = nullptr;
    uint32_t to = 0;
    const auto send = [&] {
        if (outgoing_.empty()) return;
        destinations_[to]->send(outgoing_, counters_);
        outgoing_.clear();
        queue.release();
    };
    bool any = false;
    while (queue.peek(head, packet)) {
        any = true;
        if (head.destination != to || outgoing_.size() == kBatch) send();
        to = head.destination;
        outgoing_.push_back({{packet, head.size}, head.messages});
        queue.pass(head);
    }
    send();
    return any;
}

void Session::let_go() {
    listeners_.clear();
    destinations_.clear();
}

}  // namespace weft::osc

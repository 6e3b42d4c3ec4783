#include "outbox.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <span>
#include <utility>

#include "clocks.h"
#include "packet.h"

namespace weft::osc {
namespace {

constexpr size_t kBundleHead = 16;  // "#bundle", its terminator, the time tag
constexpr size_t kSize = 4;         // before each message of a bundle
// A frame that comes this much of a period early is not left out: frames are not exactly regular.
// The mean rate is kept whatever it is.
constexpr double kEarly = 0.25;
constexpr size_t kLeastQueue = 256 * 1024;
constexpr size_t kFramesQueued = 16;

size_t queue_size(const std::vector<Outbox::Sink>& sinks) {
    size_t frame = 0;
    for (const Outbox::Sink& sink : sinks) frame += sink.layout.bytes.size() + 64;
    return sinks.empty() ? 0 : std::max(kLeastQueue, frame * kFramesQueued);
}

}  // namespace

Outbox::Outbox(std::vector<Sink> sinks, std::vector<Destination*> destinations, Counters& counters)
    : sinks_of_(destinations.size()),
      destinations_(std::move(destinations)),
      counters_(counters),
      queue_(queue_size(sinks)) {
    size_t longest = 0;
    for (Sink& sink : sinks) {
        State state;
        state.last = state.newest = sink.layout.bytes;
        longest = std::max(longest, sink.layout.bytes.size());
        sinks_of_[sink.destination].push_back(static_cast<uint32_t>(sinks_.size()));
        state.sink = std::move(sink);
        sinks_.push_back(std::move(state));
    }
    packet_.reserve(kMaxPacket + longest);
    in_packet_.reserve(sinks_.size());
}

void Outbox::put(uint32_t sink, const double* values) {
    State& state = sinks_[sink];
    const std::span<const double> given(values, state.sink.value_count);
    // What is no number on this side is none on the other, and often stays there for good.
    constexpr double kMost = std::numeric_limits<float>::max();
    if (!std::all_of(given.begin(), given.end(), [](double v) { return std::abs(v) <= kMost; }))
        return counters_.lose(1, "a value that is not finite");
    uint8_t* at = state.newest.data() + state.sink.layout.numbers;
    for (const double value : given) {
        put_big32(at, std::bit_cast<uint32_t>(static_cast<float>(value)));
        at += 4;
    }
    state.has_values = true;
}

bool Outbox::wants_to_go(State& state, double time, uint32_t generation) const {
    if (!state.has_values) return false;
    const bool news = state.generation != generation || state.newest != state.last;
    if (!news && !state.sink.always) return false;
    if (state.sink.period <= 0) return true;
    if (time < state.due - kEarly * state.sink.period) return false;
    // After a pause nothing is made up for.
    state.due = std::max(state.due, time - state.sink.period) + state.sink.period;
    return true;
}

bool Outbox::flush(double time) {
    queued_ = false;
    const Moment now = moment_now();
    tag_ = time > 0 ? tag_of(time, now) : kImmediately;
    for (to_ = 0; to_ < destinations_.size(); ++to_) {
        const size_t limit = destinations_[to_]->max_packet();
        generation_ = destinations_[to_]->generation(now.monotonic, counters_);
        for (const uint32_t index : sinks_of_[to_]) {
            State& state = sinks_[index];
            if (!wants_to_go(state, time, generation_)) continue;
            if (!in_packet_.empty() && packet_.size() + kSize + state.newest.size() > limit)
                close_packet();
            in_packet_.push_back(index);
            append(state);
        }
        close_packet();
    }
    return queued_;
}

void Outbox::append(State& state) {
    if (packet_.empty()) {
        packet_.resize(kBundleHead);
        std::memcpy(packet_.data(), "#bundle", 8);
        put_big32(packet_.data() + 8, static_cast<uint32_t>(tag_ >> 32));
        put_big32(packet_.data() + 12, static_cast<uint32_t>(tag_));
    }
    const size_t at = packet_.size();
    packet_.resize(at + kSize);
    put_big32(packet_.data() + at, static_cast<uint32_t>(state.newest.size()));
    packet_.insert(packet_.end(), state.newest.begin(), state.newest.end());
}

void Outbox::close_packet() {
    if (in_packet_.empty()) return;
    const auto messages = static_cast<uint32_t>(in_packet_.size());
    bool taken = destinations_[to_]->send_now({packet_, messages}, counters_);
    if (!taken) {
        taken = queue_.push(packet_, to_, messages);
        if (!taken) counters_.lose(messages, "more is sent than the network takes");
        queued_ = queued_ || taken;
    }
    for (const uint32_t index : in_packet_) {
        State& state = sinks_[index];
        state.last = state.newest;
        state.generation = taken ? generation_ : 0;
    }
    packet_.clear();
    in_packet_.clear();
}

}  // namespace weft::osc

#include "inputs.h"

#include <algorithm>
#include <utility>

#include "pattern.h"
#include "result.h"

namespace weft::osc {
namespace {

constexpr size_t kMaxKnown = 4096;
// Further ahead is the clock of a machine that was never set.
constexpr double kFurthest = 3600;  // seconds
// A packet is delivered whole, and so many events at least with it: what is hostile takes no
// memory that grows.
constexpr size_t kManyEvents = 4096;

}  // namespace

Inputs::Inputs(std::vector<Input> inputs, const weft_control_host& host, Counters& counters)
    : inputs_(std::move(inputs)), host_(host), counters_(counters) {
    for (const Input& input : inputs_) {
        first_output_.push_back(static_cast<uint32_t>(newest_.size()));
        newest_.resize(newest_.size() + input.output_count);
    }
}

const std::vector<uint32_t>& Inputs::reached(std::string_view address) {
    const auto found = known_.find(address);
    if (found != known_.end()) return found->second;
    if (known_.size() >= kMaxKnown) known_.clear();
    std::vector<uint32_t>& reached = known_[std::string(address)];
    const bool asks = is_pattern(address);
    for (uint32_t i = 0; i < inputs_.size(); ++i) {
        const std::string& own = inputs_[i].address;
        // Of two patterns nobody can say what they share; they meet when they are the same.
        const bool meets = own == address || (asks && !is_pattern(own) && matches(address, own)) ||
                           (!asks && is_pattern(own) && matches(own, address));
        if (meets) reached.push_back(i);
    }
    return reached;
}

void Inputs::tell_heard(const Message& message, const Number* numbers) const {
    weft_arg address = {};
    address.kind = WEFT_ARG_TEXT;
    address.text = text(message.address);
    weft_source source = {};
    source.builtin = text("osc_in");
    source.args = &address;
    source.arg_count = 1;
    source.span = {WEFT_NO_FILE, 0, 0};
    for (uint32_t i = 0; i < message.count; ++i)
        host_.heard(host_.context, &source, numbers[i].position, numbers[i].value);
}

void Inputs::take(const Packet& packet, uint32_t listener, bool general) {
    counters_.received.fetch_add(packet.messages.size(), std::memory_order_relaxed);
    Moment now;
    for (const Message& message : packet.messages) {
        const Number* const numbers = packet.numbers.data() + message.first;
        double time = 0;
        if (message.tag != kImmediately) {
            if (now.tag == 0) now = moment_now();
            time = monotonic_of(message.tag, now);
            if (time > now.monotonic + kFurthest) {
                counters_.malformed.fetch_add(1, std::memory_order_relaxed);
                continue;
            }
            if (time <= now.monotonic) {
                counters_.late.fetch_add(1, std::memory_order_relaxed);
                time = 0;
            }
        }
        if (host_.heard && !is_pattern(message.address)) tell_heard(message, numbers);
        bool matched = false;
        for (const uint32_t index : reached(message.address)) {
            const Input& input = inputs_[index];
            if (input.listener != listener && !(general && input.listener == kGeneral)) continue;
            matched = true;
            for (uint32_t i = 0; i < message.count; ++i)
                if (numbers[i].position < input.output_count)
                    put({index, numbers[i].position, numbers[i].value, time});
        }
        if (!matched) counters_.unmatched.fetch_add(1, std::memory_order_relaxed);
    }
    if (events_.size() >= kManyEvents) deliver();
}

void Inputs::put(const weft_control_event& event) {
    uint32_t& newest = newest_[first_output_[event.input] + event.output];
    if (newest < events_.size()) {
        weft_control_event& before = events_[newest];
        if (before.input == event.input && before.output == event.output &&
            before.time == event.time) {
            before.value = event.value;
            return;
        }
    }
    newest = static_cast<uint32_t>(events_.size());
    events_.push_back(event);
}

void Inputs::deliver() {
    if (events_.empty()) return;
    host_.post(host_.context, events_.data(), static_cast<uint32_t>(events_.size()));
    events_.clear();
}

}  // namespace weft::osc

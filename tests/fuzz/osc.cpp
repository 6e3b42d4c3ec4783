// What the network brings, on any bytes: as one packet, as a stream in either framing, and, where
// it is well-formed, on to inputs and their patterns.
#include <weft/control.h>

#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "inputs.h"
#include "packet.h"
#include "pattern.h"
#include "stream.h"

namespace {

using namespace weft::osc;

void require(bool holds) {
    if (!holds) __builtin_trap();
}

void post(void*, const weft_control_event* events, uint32_t count) {
    for (uint32_t i = 0; i < count; ++i)
        require(events[i].input < 5 && events[i].output < 3 && std::isfinite(events[i].value) &&
                std::isfinite(events[i].time));
}

void heard(void*, const weft_source* source, uint32_t, double value) {
    require(source->arg_count == 1 && source->args[0].text.size > 0 && std::isfinite(value));
}

// What a session does with a packet.
void take(std::span<const uint8_t> bytes) {
    static const weft_control_host host = {sizeof host, 0, nullptr, post, heard, nullptr};
    static Counters counters;
    static Inputs inputs({{"/a", Inputs::kGeneral, 3},
                          {"/a/b/c", Inputs::kGeneral, 1},
                          {"/*/[a-c]?{d,ef}", Inputs::kGeneral, 2},
                          {"/fader/1", 1, 1},
                          {"/a//[!b]", Inputs::kGeneral, 3}},
                         host, counters);
    Packet packet;
    if (!packet.parse(bytes)) return;
    for (const Message& message : packet.messages) {
        require(message.first + message.count <= packet.numbers.size());
        require(!message.address.empty() && message.address.front() == '/');
        require(matches(message.address, message.address));
        (void)matches(message.address, "/fader/{1,2}/level");
    }
    inputs.take(packet, 0, true);
    inputs.deliver();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const std::span<const uint8_t> bytes(data, size);
    take(bytes);
    // In two parts: where a stream is cut must not matter.
    for (const size_t cut : {size_t{0}, size / 2}) {
        Deframer deframer;
        if (deframer.feed(bytes.first(cut), take)) (void)deframer.feed(bytes.subspan(cut), take);
    }
    for (const bool slip : {false, true}) {
        if (size == 0 || size > kMaxPacket) break;
        std::vector<uint8_t> out;
        Deframer deframer;
        const bool whole = deframer.feed(framed(bytes, slip), [&](std::span<const uint8_t> packet) {
            out.assign(packet.begin(), packet.end());
        });
        require(whole && out == std::vector<uint8_t>(bytes.begin(), bytes.end()));
    }
    return 0;
}

// What a MIDI port brings, on any bytes and at any times: through the parser to a program's inputs,
// and its clock to tempo.
#include <weft/control.h>
#include <weft/cpp/text.hpp>

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <vector>

#include "clock_in.h"
#include "clock_out.h"
#include "inputs.h"
#include "listener.h"

namespace {

using namespace weft::midi;

void require(bool holds) {
    if (!holds) __builtin_trap();
}

Inputs some_inputs() {
    static const weft_arg args[] = {
        {{}, WEFT_ARG_NUMBER, 0, 0, {}},
        {{}, WEFT_ARG_NUMBER, 0, 7, {}},
    };
    std::vector<weft_source> sources(3);
    const char* names[] = {"midi_cc", "midi_note", "midi_bend"};
    for (std::size_t i = 0; i < sources.size(); ++i) {
        sources[i].builtin = weft::cpp::to_str(names[i]);
        sources[i].args = args;
        sources[i].arg_count = i == 0 ? 2 : 1;
        sources[i].output_count = i == 1 ? 3 : 1;
    }
    return Inputs(sources);
}

void check(const Reading& reading) {
    require(reading.channel <= kChannels && reading.number < kNumbers);
    require(reading.value >= -1 && reading.value <= 1);
}

void check(const weft_control_tempo& tempo) {
    require(std::isfinite(tempo.beat) && std::isfinite(tempo.bpm) && tempo.bpm >= 0);
}

}  // namespace

// Two bytes say how much later the next few come, and how many they are.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    Listener listener;
    Inputs inputs = some_inputs();
    ClockIn clock;
    ClockOut out;
    std::vector<Reading> readings;
    std::vector<Message> transport;
    std::vector<weft_control_event> events;
    double time = 1000;
    std::span<const uint8_t> rest(data, size);
    while (rest.size() > 2) {
        time += rest[0] * rest[0] * 1e-4 - 1e-3;
        const std::size_t count = std::min<std::size_t>(rest[1] % 8, rest.size() - 2);
        readings.clear();
        transport.clear();
        events.clear();
        listener.listen(rest.subspan(2, count), readings, transport);
        rest = rest.subspan(2 + count);
        for (const Reading& reading : readings) {
            check(reading);
            inputs.receive(reading, {1, "port"}, events);
        }
        for (const weft_control_event& event : events)
            require(event.input < 3 && event.output < 3 && std::isfinite(event.value));
        for (const Message& message : transport)
            if (clock.hear(message, time)) out.follow(clock.tempo());
        (void)clock.check(time);
        check(clock.tempo());
        transport.clear();
        out.pop(time, transport);
        require(transport.size() < 1000);
    }
    readings.clear();
    listener.recall(readings);
    for (const Reading& reading : readings) check(reading);
    events.clear();
    inputs.forget({1, "port"}, events);
    return 0;
}

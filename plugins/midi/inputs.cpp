#include "inputs.h"

#include <weft/cpp/text.hpp>

#include <algorithm>

#include "arguments.h"
#include "names.h"

namespace weft::midi {

Inputs::Inputs(std::span<const weft_source> sources) {
    for (std::uint32_t i = 0; i < sources.size(); ++i) {
        inputs_.push_back(read(sources[i], i));
        if (!inputs_.back().port.empty()) ports_.push_back(inputs_.back().port);
    }
}

Inputs::Input Inputs::read(const weft_source& source, std::uint32_t index) {
    const std::string_view builtin = cpp::view(source.builtin);
    const Arguments args(cpp::list(source.args, source.arg_count), builtin, cpp::view(source.node),
                         source.span);
    Input input;
    input.index = index;
    input.outputs = source.output_count;
    input.channel = args.number(0, "channel", 0, kChannels);
    input.port = args.text("port");
    if (builtin == "midi_cc") {
        input.kind = Reading::Kind::controller;
        input.number = args.number(1, "controller", 0, kNumbers - 1);
    } else if (builtin == "midi_note") {
        input.kind = Reading::Kind::note_on;
        input.held.reserve(kNumbers);
    } else if (builtin == "midi_bend") {
        input.kind = Reading::Kind::bend;
    } else {
        args.fail("it is not one of midi_cc, midi_note, midi_bend");
    }
    return input;
}

bool Inputs::hears(const Input& input, const Reading& reading, const PortName& port) {
    const bool about_notes = reading.kind == Reading::Kind::note_on ||
                             reading.kind == Reading::Kind::note_off ||
                             reading.kind == Reading::Kind::notes_off;
    if (input.kind != (about_notes ? Reading::Kind::note_on : reading.kind)) return false;
    if (input.channel != 0 && reading.channel != 0 && input.channel != reading.channel)
        return false;
    if (input.kind == Reading::Kind::controller && input.number != reading.number) return false;
    return matches(input.port, port.name);
}

// The newest held note sounds; when none is, number and velocity stay as they were.
void Inputs::tell_note(const Input& input, bool gate_before,
                       std::vector<weft_control_event>& events) {
    const bool gate = !input.held.empty();
    if (gate) {
        const Held& newest = input.held.back();
        events.push_back({input.index, 0, static_cast<double>(newest.number), 0});
        if (input.outputs > 1) events.push_back({input.index, 1, newest.velocity, 0});
    }
    if (input.outputs > 2 && gate != gate_before)
        events.push_back({input.index, 2, gate ? 1.0 : 0.0, 0});
}

void Inputs::play(Input& input, const Reading& reading, const PortName& port,
                  std::vector<weft_control_event>& events) {
    const bool gate = !input.held.empty();
    std::erase_if(input.held, [&](const Held& held) {
        if (held.port != port.id) return false;
        if (reading.kind == Reading::Kind::notes_off)
            return reading.channel == 0 || held.channel == reading.channel;
        return held.channel == reading.channel && held.number == reading.number;
    });
    if (reading.kind == Reading::Kind::note_on) {
        // More than all keys of a channel: the oldest is forgotten.
        if (input.held.size() == kNumbers) input.held.erase(input.held.begin());
        input.held.push_back({port.id, reading.channel, reading.number, reading.value});
    }
    tell_note(input, gate, events);
}

bool Inputs::receive(const Reading& reading, const PortName& port,
                     std::vector<weft_control_event>& events) {
    bool heard = false;
    for (Input& input : inputs_) {
        if (!hears(input, reading, port)) continue;
        heard = true;
        if (input.kind == Reading::Kind::note_on)
            play(input, reading, port, events);
        else
            events.push_back({input.index, 0, reading.value, 0});
    }
    return heard;
}

void Inputs::forget(const PortName& port, std::vector<weft_control_event>& events) {
    for (Input& input : inputs_) {
        const bool holds = std::any_of(input.held.begin(), input.held.end(),
                                       [&](const Held& held) { return held.port == port.id; });
        if (holds) play(input, {Reading::Kind::notes_off, 0, 0, 0}, port, events);
    }
}

}  // namespace weft::midi

#include "sinks.h"

#include <weft/cpp/text.hpp>

#include <algorithm>
#include <cmath>

#include "arguments.h"

namespace weft::midi {

namespace {

// Nearest whole number within [0, most]; NaN is 0.
unsigned nearest(double value, unsigned most) {
    if (!(value > 0)) return 0;
    return static_cast<unsigned>(std::min(std::round(value), static_cast<double>(most)));
}

// 0..16383 with -1, 0 and 1 exactly at the ends and the middle.
unsigned bend_pair(double value) {
    if (std::isnan(value)) return 8192;
    const double clamped = std::clamp(value, -1.0, 1.0);
    return nearest(8192.0 + clamped * (clamped < 0 ? 8192.0 : 8191.0), 16383);
}

}  // namespace

Sinks::Sinks(std::span<const weft_control_sink> sinks) {
    for (const weft_control_sink& sink : sinks) sinks_.push_back(read(sink));
}

Sinks::Sink Sinks::read(const weft_control_sink& statement) {
    const Arguments args(cpp::list(statement.args, statement.arg_count), "midi", {},
                         statement.span);
    if (cpp::view(statement.sink) != "midi") args.fail("it is not a sink of this plugin");
    const auto place = [&](std::string_view label) -> std::optional<std::uint32_t> {
        for (std::uint32_t i = 0; i < statement.value_count; ++i)
            if (cpp::view(statement.labels[i]) == label) return i;
        return std::nullopt;
    };
    Sink sink;
    sink.channel = args.number("channel", 1, kChannels).value_or(1);
    sink.port = args.text("port");
    if (const auto controller = args.number("cc", 0, kNumbers - 1)) {
        const auto value = place("value");
        if (!value) args.fail("cc: goes with value:");
        sink.controller = *controller;
        sink.value = *value;
    } else if (const auto note = place("note")) {
        const auto velocity = place("velocity");
        if (!velocity) args.fail("note: goes with velocity:");
        sink.kind = kNoteOn;
        sink.value = *note;
        sink.velocity = *velocity;
    } else if (const auto bend = place("bend")) {
        sink.kind = kBend;
        sink.value = *bend;
    } else if (const auto program = place("program")) {
        sink.kind = kProgram;
        sink.value = *program;
    } else {
        args.fail("it needs cc:, note:, bend: or program:");
    }
    return sink;
}

void Sinks::send(std::uint32_t number, const double* values, std::vector<Outgoing>& out) {
    Sink& sink = sinks_[number];
    const double value = values[sink.value];
    const auto say = [&](std::uint8_t kind, unsigned first, unsigned second = 0) {
        out.push_back({number, channel_message(kind, sink.channel, first, second)});
    };
    if (sink.kind == kNoteOn) {
        const unsigned velocity = nearest(values[sink.velocity] * 127.0, 127);
        const bool sounds = values[sink.velocity] > 0 && !std::isnan(value);
        const std::optional<unsigned> wanted =
            sounds ? std::optional(nearest(value, kNumbers - 1)) : std::nullopt;
        if (wanted == sink.last) return;
        if (sink.last) say(kNoteOff, *sink.last);
        if (wanted) say(kNoteOn, *wanted, std::max(velocity, 1u));  // velocity 0 would be off
        sink.last = wanted;
        return;
    }
    const unsigned wanted = sink.kind == kBend      ? bend_pair(value)
                            : sink.kind == kProgram ? nearest(value, kNumbers - 1)
                                                    : nearest(value * 127.0, 127);
    if (sink.last == wanted) return;
    sink.last = wanted;
    if (sink.kind == kController)
        say(kController, sink.controller, wanted);
    else if (sink.kind == kBend)
        say(kBend, wanted % 128u, wanted / 128u);
    else
        say(kProgram, wanted);
}

void Sinks::send_again() {
    for (Sink& sink : sinks_)
        if (sink.kind != kNoteOn) sink.last.reset();
}

void Sinks::finish(std::vector<Outgoing>& out) {
    for (std::uint32_t i = 0; i < sinks_.size(); ++i) {
        Sink& sink = sinks_[i];
        if (sink.kind != kNoteOn || !sink.last) continue;
        out.push_back({i, channel_message(kNoteOff, sink.channel, *sink.last)});
        sink.last.reset();
    }
}

}  // namespace weft::midi

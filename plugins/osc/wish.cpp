#include "wish.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include "packet.h"

namespace weft::osc {
namespace {

constexpr uint16_t kDefaultPort = 9000;
constexpr std::string_view kListenOption = "osc.listen";

bool is_text(const weft_arg& arg) {
    return arg.kind == WEFT_ARG_TEXT;
}

Failure at(Failure failure, weft_str node, weft_span span) {
    failure.node = view(node);
    failure.span = span;
    return failure;
}

Failure wrong(std::string message) {
    return {WEFT_INVALID, std::move(message)};
}

Result<Place> place_of_port(const weft_arg& arg) {
    if (is_text(arg)) return parse_place(view(arg.text));
    if (arg.number < 1 || arg.number > 65535 || std::floor(arg.number) != arg.number)
        return wrong("port: a number from 1 to 65535, or a place as in \"tcp:9000\"");
    Place place;
    place.port = static_cast<uint16_t>(arg.number);
    return place;
}

Result<InputWish> read_input(const weft_source& source) {
    InputWish input;
    input.node = view(source.node);
    input.span = source.span;
    input.output_count = source.output_count;
    for (const weft_arg& arg : std::span(source.args, source.arg_count)) {
        if (view(arg.name) == "port") {
            auto place = place_of_port(arg);
            if (!place.ok()) return std::move(place.failure());
            input.place = std::move(*place);
        } else if (view(arg.name).empty() && is_text(arg) && input.address.empty()) {
            input.address = view(arg.text);
        }
    }
    const bool plain = std::all_of(input.address.begin(), input.address.end(),
                                   [](char c) { return c > ' ' && c < '\x7f'; });
    if (!input.address.starts_with('/') || !plain || input.address.size() > kMaxAddress)
        return wrong("'" + input.address +
                     "' is no OSC address: it begins with '/' and has neither spaces nor letters "
                     "beyond ASCII");
    return input;
}

Result<SinkWish> read_sink(const weft_control_sink& sink) {
    SinkWish wish;
    wish.span = sink.span;
    wish.value_count = sink.value_count;
    bool has_place = false;
    for (const weft_arg& arg : std::span(sink.args, sink.arg_count)) {
        const std::string_view name = view(arg.name);
        if (name == "to" && is_text(arg)) {
            auto place = parse_place(view(arg.text));
            if (!place.ok()) return std::move(place.failure());
            wish.to = std::move(*place);
            has_place = true;
        } else if (name == "rate" && !is_text(arg)) {
            if (!(arg.number > 0)) return wrong("rate: messages a second, above 0");
            wish.rate = arg.number;
        } else if (name == "always" && !is_text(arg)) {
            wish.always = arg.number != 0;
        } else if (name.empty() && is_text(arg) && wish.address.empty()) {
            wish.address = view(arg.text);
        } else {
            return wrong("osc has no use for '" +
                         std::string(name.empty() ? view(arg.text) : name) +
                         "': it takes an address, values, to:, rate: and always:");
        }
    }
    if (!has_place) return wrong("osc needs a place to send to, as in to: \"127.0.0.1:9001\"");
    return wish;
}

}  // namespace

Result<Wish> read_wish(const weft_control_wish& wish) {
    Wish read;
    bool default_place = false;
    for (const weft_source& source : std::span(wish.inputs, wish.input_count)) {
        auto input = read_input(source);
        if (!input.ok()) return at(std::move(input.failure()), source.node, source.span);
        default_place = default_place || !input->place;
        read.inputs.push_back(std::move(*input));
    }
    for (const weft_control_sink& sink : std::span(wish.sinks, wish.sink_count)) {
        auto one = read_sink(sink);
        if (!one.ok()) return at(std::move(one.failure()), sink.sink, sink.span);
        read.sinks.push_back(std::move(*one));
    }
    for (const weft_arg& option : std::span(wish.options, wish.option_count)) {
        if (view(option.name) != kListenOption) continue;
        auto place = is_text(option) ? parse_place(view(option.text)) : place_of_port(option);
        if (!place.ok()) return std::move(place.failure());
        read.listen.push_back(std::move(*place));
    }
    if (read.listen.empty() && default_place) {
        Place place;
        place.port = kDefaultPort;
        read.listen.push_back(std::move(place));
    }
    return read;
}

}  // namespace weft::osc

#include "options.h"

#include <weft/cpp/text.hpp>

#include <algorithm>

#include "names.h"

namespace weft::midi {

namespace {

bool any_matches(const std::vector<std::string>& texts, std::string_view name) {
    return std::any_of(texts.begin(), texts.end(),
                       [&](const std::string& text) { return matches(text, name); });
}

std::string text_of(const weft_arg& arg) {
    if (arg.kind != WEFT_ARG_TEXT)
        throw cpp::Failure(WEFT_INVALID,
                           "option " + std::string(cpp::view(arg.name)) + " is a text");
    return std::string(cpp::view(arg.text));
}

}  // namespace

Options Options::read(std::span<const weft_arg> args) {
    Options options;
    for (const weft_arg& arg : args) {
        const std::string_view name = cpp::view(arg.name);
        if (name == "midi.in") {
            options.in.push_back(text_of(arg));
        } else if (name == "midi.out") {
            options.out.push_back(text_of(arg));
        } else if (name == "midi.clock") {
            options.clock.push_back(text_of(arg));
        } else if (name == "midi.api") {
            options.api = text_of(arg);
            if (options.api != "alsa" && options.api != "jack")
                throw cpp::Failure(WEFT_INVALID,
                                   "option midi.api is alsa or jack, not '" + options.api + "'");
        }
    }
    return options;
}

bool listens(const Options& options, const Place& place) {
    if (options.in.empty()) return place.is_virtual || !is_ours(place.name);
    return !place.is_virtual && any_matches(options.in, place.name);
}

bool sends(const Options& options, const Place& place) {
    if (options.out.empty()) return place.is_virtual;
    return !place.is_virtual && any_matches(options.out, place.name);
}

bool clocks(const Options& options, const Place& place) {
    return std::any_of(options.clock.begin(), options.clock.end(), [&](const std::string& text) {
        return text.empty() ? sends(options, place)
                            : !place.is_virtual && matches(text, place.name);
    });
}

}  // namespace weft::midi

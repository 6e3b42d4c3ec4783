#include "arguments.h"

#include <cmath>

namespace weft::midi {

void Arguments::fail(const std::string& message) const {
    throw cpp::Failure(WEFT_INVALID, std::string(what_) + ": " + message, std::string(node_),
                       span_);
}

unsigned Arguments::checked(const weft_arg& arg, std::string_view meaning, unsigned least,
                            unsigned most) const {
    if (arg.kind != WEFT_ARG_NUMBER) fail("the " + std::string(meaning) + " is a number");
    const bool whole = std::floor(arg.number) == arg.number;  // false for NaN
    if (!whole || arg.number < least || arg.number > most)
        fail("the " + std::string(meaning) + " is a whole number from " + std::to_string(least) +
             " to " + std::to_string(most));
    return static_cast<unsigned>(arg.number);
}

unsigned Arguments::number(std::size_t place, std::string_view meaning, unsigned least,
                           unsigned most) const {
    for (const weft_arg& arg : args_) {
        if (arg.name.size != 0) continue;
        if (place-- == 0) return checked(arg, meaning, least, most);
    }
    fail("the " + std::string(meaning) + " is missing");
}

std::optional<unsigned> Arguments::number(std::string_view name, unsigned least,
                                          unsigned most) const {
    for (const weft_arg& arg : args_)
        if (cpp::view(arg.name) == name) return checked(arg, name, least, most);
    return std::nullopt;
}

std::string Arguments::text(std::string_view name) const {
    for (const weft_arg& arg : args_) {
        if (cpp::view(arg.name) != name) continue;
        if (arg.kind != WEFT_ARG_TEXT) fail("'" + std::string(name) + "' is a text");
        return std::string(cpp::view(arg.text));
    }
    return {};
}

}  // namespace weft::midi

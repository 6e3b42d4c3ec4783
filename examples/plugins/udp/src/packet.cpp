#include "packet.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace udp {
namespace {

constexpr std::string_view kBlanks = " \t\r";

std::string_view take_word(std::string_view& line) {
    line.remove_prefix(std::min(line.find_first_not_of(kBlanks), line.size()));
    const std::string_view word = line.substr(0, line.find_first_of(kBlanks));
    line.remove_prefix(word.size());
    return word;
}

bool is_in_names(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == '-' || c == '/';
}

}  // namespace

bool is_name(std::string_view word) {
    return !word.empty() && word.size() <= kMostName &&
           std::all_of(word.begin(), word.end(), is_in_names);
}

bool take_message(std::string_view& text, Message& message) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    message.name = take_word(line);
    message.count = 0;
    for (;;) {
        const std::string_view word = take_word(line);
        if (word.empty()) return is_name(message.name) && message.count > 0;
        if (message.count == kMostNumbers) return false;
        double number = 0;
        const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
        if (error != std::errc() || end != word.data() + word.size() || !std::isfinite(number))
            return false;
        message.numbers[message.count++] = number;
    }
}

}  // namespace udp

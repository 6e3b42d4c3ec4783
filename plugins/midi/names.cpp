#include "names.h"

#include <algorithm>

namespace weft::midi {

namespace {

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

bool matches(std::string_view text, std::string_view port_name) {
    return std::search(port_name.begin(), port_name.end(), text.begin(), text.end(),
                       [](char a, char b) { return lower(a) == lower(b); }) != port_name.end() ||
           text.empty();
}

bool is_ours(std::string_view port_name) {
    return port_name.starts_with(kOwnPrefix);
}

std::string_view lasting_name(std::string_view port_name) {
    const std::size_t space = port_name.rfind(' ');
    if (space == std::string_view::npos) return port_name;
    const std::string_view tail = port_name.substr(space + 1);
    const bool numbers = tail.find(':') != std::string_view::npos &&
                         tail.find_first_not_of("0123456789:") == std::string_view::npos;
    return numbers ? port_name.substr(0, space) : port_name;
}

}  // namespace weft::midi

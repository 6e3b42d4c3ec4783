#include "pattern.h"

#include <bitset>
#include <cstddef>

#include "packet.h"

namespace weft::osc {
namespace {

// The places in the address that the pattern read so far can have reached: all at once, so that
// nothing is ever tried twice.
using Places = std::bitset<kMaxAddress + 1>;

// Is `c` in the inside of [...]?
bool in_class(std::string_view inside, char c) {
    const bool negated = !inside.empty() && inside.front() == '!';
    if (negated) inside.remove_prefix(1);
    bool found = false;
    for (size_t i = 0; i < inside.size(); ++i) {
        if (i + 2 < inside.size() && inside[i + 1] == '-') {
            found = found || (inside[i] <= c && c <= inside[i + 2]);
            i += 2;
        } else {
            found = found || inside[i] == c;
        }
    }
    return found != negated;
}

template <class Takes>
Places step(const Places& places, std::string_view address, Takes&& takes) {
    Places next;
    for (size_t i = 0; i < address.size(); ++i)
        if (places[i] && takes(address[i])) next.set(i + 1);
    return next;
}

Places any_length(Places places, std::string_view address) {
    for (size_t i = 0; i < address.size(); ++i)
        if (places[i] && address[i] != '/') places.set(i + 1);
    return places;
}

// The second '/' of two: on to behind any further one.
Places any_depth(Places places, std::string_view address) {
    bool reached = false;
    for (size_t i = 0; i < address.size(); ++i) {
        reached = reached || places[i];
        if (reached && address[i] == '/') places.set(i + 1);
    }
    return places;
}

// `list` is the inside of {...}.
Places one_of(const Places& places, std::string_view list, std::string_view address) {
    Places next;
    while (true) {
        const size_t comma = list.find(',');
        const std::string_view word = list.substr(0, comma);
        for (size_t i = 0; i + word.size() <= address.size(); ++i)
            if (places[i] && address.substr(i, word.size()) == word) next.set(i + word.size());
        if (comma == std::string_view::npos) return next;
        list.remove_prefix(comma + 1);
    }
}

}  // namespace

bool is_pattern(std::string_view address) {
    return address.find_first_of("?*[{") != std::string_view::npos ||
           address.find("//") != std::string_view::npos;
}

bool matches(std::string_view pattern, std::string_view address) {
    if (pattern == address) return true;
    if (address.size() > kMaxAddress) return false;
    Places places;
    places.set(0);
    while (!pattern.empty() && places.any()) {
        const char c = pattern.front();
        if (pattern.starts_with("//")) {
            places = step(places, address, [](char of) { return of == '/'; });
            places = any_depth(places, address);
            pattern.remove_prefix(2);
            continue;
        }
        if (c == '[' || c == '{') {
            const size_t close = pattern.find(c == '[' ? ']' : '}');
            if (close == std::string_view::npos) return false;
            const std::string_view inside = pattern.substr(1, close - 1);
            places = c == '{' ? one_of(places, inside, address)
                              : step(places, address,
                                     [&](char of) { return of != '/' && in_class(inside, of); });
            pattern.remove_prefix(close + 1);
            continue;
        }
        if (c == '*')
            places = any_length(places, address);
        else if (c == '?')
            places = step(places, address, [](char of) { return of != '/'; });
        else
            places = step(places, address, [c](char of) { return of == c; });
        pattern.remove_prefix(1);
    }
    return places[address.size()];
}

}  // namespace weft::osc

#include "plugin/call.h"

#include <fmt/format.h>

#include <cstring>

namespace weft::plugin {
namespace {

// Bytes of the UTF-8 sequence that begins `text`, 0 if it is broken.
std::size_t sequence(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = byte(0);
    const std::size_t size = first < 0x80   ? 1
                             : first < 0xc2 ? 0
                             : first < 0xe0 ? 2
                             : first < 0xf0 ? 3
                             : first < 0xf5 ? 4
                                            : 0;
    if (size == 0 || size > text.size()) return 0;
    for (std::size_t i = 1; i < size; ++i)
        if ((byte(i) & 0xc0) != 0x80) return 0;
    return size;
}

// The characters of a fixed array up to its end or its terminator.
template <std::size_t N>
std::string_view bounded(const char (&text)[N]) {
    return {text, strnlen(text, N)};
}

}  // namespace

std::string one_line(std::string_view text, std::size_t limit) {
    std::string out;
    while (!text.empty()) {
        const std::size_t size = sequence(text);
        if (out.size() + (size ? size : 1) > limit) break;
        if (size == 0) {
            out += '?';
        } else if (size == 1 && (static_cast<unsigned char>(text[0]) < 0x20 || text[0] == 0x7f)) {
            out += ' ';
        } else {
            out += text.substr(0, size);
        }
        text.remove_prefix(size ? size : 1);
    }
    while (!out.empty() && out.back() == ' ') out.pop_back();
    return out;
}

std::string_view status_text(weft_status status) {
    switch (status) {
        case WEFT_INVALID: return "the input is invalid";
        case WEFT_UNSUPPORTED: return "it cannot do this";
        case WEFT_UNAVAILABLE: return "a device, driver or file is not there";
        case WEFT_INCOMPATIBLE: return "versions or devices do not match";
        case WEFT_TIMEOUT: return "it took too long";
        case WEFT_CANCELLED: return "it was cancelled";
        case WEFT_DEVICE_LOST: return "the device was lost";
        default: return "it failed without saying why";
    }
}

Error call_error(std::string_view plugin, std::string_view function, weft_status status,
                 const weft_error& record) {
    std::string reason = one_line(bounded(record.message));
    const bool known = status > WEFT_OK && status <= WEFT_INTERNAL;
    if (!known) {
        reason = fmt::format("it returned {}, which is no status{}{}", status,
                             reason.empty() ? "" : ": ", reason);
    } else if (reason.empty()) {
        reason = status_text(status);
    }
    const std::string node = one_line(bounded(record.node));
    const std::string place = node.empty() ? "" : fmt::format(" (in '{}')", node);
    return {known ? status : weft_status{WEFT_INTERNAL},
            fmt::format("plugin '{}', {}: {}{}", plugin, function, reason, place)};
}

Error thrown_error(std::string_view plugin, std::string_view function, const char* what) {
    const std::string text = what ? ": " + one_line(what) : "";
    return {WEFT_INTERNAL,
            fmt::format("plugin '{}', {}: an exception came out of it{}", plugin, function, text)};
}

}  // namespace weft::plugin

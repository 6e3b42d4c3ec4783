#include "driver/live/terminal_keys.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <system_error>
#include <utility>

#include "runtime/time.h"

namespace weft::driver {
namespace {

constexpr double kHeld = 0.1;  // seconds
constexpr std::uint32_t kShift = 1;

// Numbers of "ESC [ 15 ~", as xterm, the Linux console and their like send them.
constexpr std::array<std::pair<unsigned, std::string_view>, 16> kNumbered = {{
    {2, "insert"},
    {3, "delete"},
    {5, "pageup"},
    {6, "pagedown"},
    {11, "f1"},
    {12, "f2"},
    {13, "f3"},
    {14, "f4"},
    {15, "f5"},
    {17, "f6"},
    {18, "f7"},
    {19, "f8"},
    {20, "f9"},
    {21, "f10"},
    {23, "f11"},
    {24, "f12"},
}};

// Letters that end "ESC [ A" and "ESC O P".
constexpr std::array<std::pair<char, std::string_view>, 10> kLettered = {{
    {'A', "up"},
    {'B', "down"},
    {'C', "right"},
    {'D', "left"},
    {'H', "home"},
    {'F', "end"},
    {'P', "f1"},
    {'Q', "f2"},
    {'R', "f3"},
    {'S', "f4"},
}};

// Takes a number, 0 where there is none.
unsigned take_number(std::string_view& bytes) {
    unsigned number = 0;
    const auto [end, error] = std::from_chars(bytes.data(), bytes.data() + bytes.size(), number);
    bytes.remove_prefix(static_cast<std::size_t>(end - bytes.data()));
    return error == std::errc() ? number : 0;
}

// After "ESC [" or "ESC O": numbers between semicolons, and a letter or ~. The second number is 1
// and the modifiers: shift 1, alt 2, control 4, where a window has shift 1, control 2, alt 4.
TerminalKeys::Stroke take_sequence(std::string_view& bytes) {
    const unsigned key = take_number(bytes);
    unsigned sent = 0;
    while (!bytes.empty() && bytes[0] == ';') {
        bytes.remove_prefix(1);
        sent = std::max(take_number(bytes), 1u) - 1;
    }
    if (bytes.empty()) return {};
    const char end = bytes[0];
    bytes.remove_prefix(1);
    const std::uint32_t modifiers = (sent & 1) | (sent & 4) / 2 | (sent & 2) * 2;
    if (end == 'Z') return {"tab", modifiers | kShift};
    if (end == '~') {
        for (const auto& [number, name] : kNumbered)
            if (number == key) return {std::string(name), modifiers};
        return {};
    }
    for (const auto& [letter, name] : kLettered)
        if (letter == end) return {std::string(name), modifiers};
    return {};
}

bool is_ours() {
    return isatty(STDIN_FILENO) != 0 && tcgetpgrp(STDIN_FILENO) == getpgrp();
}

}  // namespace

TerminalKeys::Stroke TerminalKeys::take(std::string_view& bytes) {
    const auto first = static_cast<unsigned char>(bytes[0]);
    bytes.remove_prefix(1);
    if (first == 0x1b) {
        if (bytes.empty()) return {"escape", 0};
        if (bytes[0] != '[' && bytes[0] != 'O') return {};  // with alt: the key comes next
        bytes.remove_prefix(1);
        return take_sequence(bytes);
    }
    if (first == '\t') return {"tab", 0};
    if (first == '\r' || first == '\n') return {"enter", 0};
    if (first == 0x7f || first == '\b') return {"backspace", 0};
    if (first == ' ') return {"space", 0};
    if (first < 0x20 || first > 0x7e) return {};
    const auto lower = static_cast<char>(std::tolower(first));
    return {std::string(1, lower), lower == static_cast<char>(first) ? 0 : kShift};
}

std::unique_ptr<TerminalKeys> TerminalKeys::open(Key key) {
    termios before{};
    if (!is_ours() || tcgetattr(STDIN_FILENO, &before) != 0) return nullptr;
    return std::unique_ptr<TerminalKeys>(new TerminalKeys(std::move(key), before));
}

TerminalKeys::TerminalKeys(Key key, const termios& before) : key_(std::move(key)), before_(before) {
    termios raw = before;
    raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);  // Ctrl-C stays a signal
    raw.c_cc[VMIN] = 0;
    raw.c_cc[VTIME] = 0;
    (void)tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
}

TerminalKeys::~TerminalKeys() {
    if (is_ours()) (void)tcsetattr(STDIN_FILENO, TCSADRAIN, &before_);
}

void TerminalKeys::release(double before) {
    std::erase_if(held_, [&](const Held& held) {
        if (held.since >= before) return false;
        key_(held.stroke.name, false, held.stroke.modifiers);
        return true;
    });
}

void TerminalKeys::poll() {
    release(runtime::monotonic() - kHeld);
    pollfd ready{STDIN_FILENO, POLLIN, 0};
    if (::poll(&ready, 1, 0) <= 0 || (ready.revents & POLLIN) == 0 || !is_ours()) return;
    std::array<char, 256> bytes{};
    const ssize_t size = ::read(STDIN_FILENO, bytes.data(), bytes.size());
    if (size <= 0) return;
    for (std::string_view rest(bytes.data(), static_cast<std::size_t>(size)); !rest.empty();) {
        Stroke stroke = take(rest);
        if (stroke.name.empty()) continue;
        const auto held = std::find_if(held_.begin(), held_.end(), [&](const Held& one) {
            return one.stroke.name == stroke.name;
        });
        if (held != held_.end()) {
            held->since = runtime::monotonic();
            continue;
        }
        key_(stroke.name, true, stroke.modifiers);
        held_.push_back({std::move(stroke), runtime::monotonic()});
    }
}

}  // namespace weft::driver

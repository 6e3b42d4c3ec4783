// The keyboard of a show without windows: keys that are pressed at the terminal, as a window would
// tell them. A terminal tells of no release: a key counts as held until a moment has passed without
// it.
#pragma once

#include <termios.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace weft::driver {

class TerminalKeys {
public:
    // `modifiers` as weft_window_event.
    using Key = std::function<void(std::string_view name, bool pressed, std::uint32_t modifiers)>;

    // Null where standard input is no terminal of ours, as in a script or in the background.
    [[nodiscard]] static std::unique_ptr<TerminalKeys> open(Key key);
    // The terminal is as it was before.
    ~TerminalKeys();
    TerminalKeys(const TerminalKeys&) = delete;
    TerminalKeys& operator=(const TerminalKeys&) = delete;

    // Tells what was pressed and released since. Does not wait.
    void poll();

    struct Stroke {
        std::string name;
        std::uint32_t modifiers = 0;
    };
    // Takes one stroke from the front of what a terminal sent, which is not empty. The name is
    // empty where it is no key that we know.
    [[nodiscard]] static Stroke take(std::string_view& bytes);

private:
    TerminalKeys(Key key, const termios& before);
    void release(double before);

    struct Held {
        Stroke stroke;
        double since = 0;  // CLOCK_MONOTONIC seconds at which it was heard last
    };
    Key key_;
    termios before_;
    std::vector<Held> held_;
};

}  // namespace weft::driver

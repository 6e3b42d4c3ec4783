// The knobs of a running program: pragmas that OSC, MIDI and keys turn. Where they stand and what
// turns them lies in a file beside the program, from which they are restored.
//
// With --learn, one knob after the other waits for what is heard next, which turns it from then on.
// Tab goes to the next knob, shift with tab to the one before, backspace frees it; a key that is no
// shortcut is heard like a control.
//
// A control is 0..1: it goes from a knob's lowest to its highest value. A toggle flips when it is
// pressed (above a half, or a note). Keys are 1 while they are held. A preset's key calls it; with
// control and shift it stores it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <weft/batch.h>

#include "base/result.h"

namespace weft {
class Diagnostics;
}
namespace weft::sema {
struct Program;
}
namespace weft::runtime {
class Inputs;
}

namespace weft::driver {

class Knobs {
public:
    struct Options {
        std::string program;  // its file; "-": nothing is kept
        bool learn = false;
        std::string preset;  // called at the start
    };
    // What is wrong with the file is a warning: the show goes on with defaults, and the file stays
    // as it is. Null: there is no such preset, which is an error.
    [[nodiscard]] static std::unique_ptr<Knobs> open(Options options, Diagnostics& diagnostics);
    // Saves.
    ~Knobs();
    Knobs(const Knobs&) = delete;
    Knobs& operator=(const Knobs&) = delete;

    // The knobs of this program from now on; those that nobody touched get what was saved. Both
    // live until the next call, or until leave(). After Inputs::adopt, when a program takes the
    // place of another. [frame thread]
    void adopt(const sema::Program& program, runtime::Inputs& inputs);
    // There is no program any more; values are saved. [frame thread]
    void leave();
    // Reads what others wrote, and writes what changed. It is done every other second. [any thread]
    void save();

    // What a plugin of controls heard. [any thread]
    void heard(const weft_source& source, std::uint32_t output, double value);
    // True: it was meant for knobs, and is no shortcut. `modifiers` as weft_window_event. [main
    // thread]
    bool key(std::string_view name, bool pressed, std::uint32_t modifiers);

    // Builtins that must be opened so that bound knobs are turned; with --learn all must.
    [[nodiscard]] std::vector<std::string> builtins() const;
    [[nodiscard]] bool is_learning() const;

    // What happened since, to be said: what was learned, what is wrong with the file. [frame
    // thread]
    struct News {
        bool warning = false;
        std::string text;
    };
    [[nodiscard]] std::vector<News> take_news();
    // True, once: knobs are to be turned by what no plugin is open for; a reload opens it.
    [[nodiscard]] bool take_reload();
    // Keys of a terminal are wanted, where there are no windows.
    [[nodiscard]] bool wants_keys() const;

    // What is to be shown: the knob that learns, what it learned, why nothing is saved. [any
    // thread]
    [[nodiscard]] std::vector<std::string> lines() const;

private:
    class Impl;
    explicit Knobs(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace weft::driver

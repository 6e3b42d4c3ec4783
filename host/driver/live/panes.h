// The windows of a running program, one for each of its `display` targets. They stay across
// reloads; what is missing, because its screen ended or its monitor is not there, is tried again.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "driver/live/screen.h"
#include "plugin/live_extensions.h"
#include "runtime/memory_pool.h"
#include "runtime/show.h"

namespace weft::driver {

// One `display` of the program.
struct Display {
    std::string name;         // of its target
    std::uint32_t index = 0;  // of the show's targets
    runtime::TargetLayout layout;
};

[[nodiscard]] std::vector<Display> displays_of(const sema::Program& program,
                                               const runtime::Show& show);

// A display and its window.
struct Pane {
    Display display;
    std::string title;
    std::string monitor;  // part of a name or a number, "": any
    bool full_screen = false;
    bool closed = false;             // by hand: it stays away
    std::uint32_t number = 0;        // of its window, in events
    plugin::Windows::Window window;  // false: there is none
};

class Panes {
public:
    // `options` outlives it.
    Panes(plugin::Backend& backend, const ScreenOptions& options)
        : windows_(backend), options_(options) {}

    // The displays from now on: what was shown under the same name stays. A failure leaves some
    // without a window.
    [[nodiscard]] Result<void> adopt(std::vector<Display> displays);
    // Opens those that are missing, if it is time to try that again. Fails when it was, in vain.
    [[nodiscard]] Result<void> seek(double now);
    // A window is lost when its screen ends, and all the others with it: WEFT_UNAVAILABLE.
    [[nodiscard]] Result<void> present(Pane& pane, const runtime::Buffer& buffer);
    [[nodiscard]] Result<void> change(Pane& pane);
    [[nodiscard]] Result<void> overlay(Pane& pane, std::string_view text);
    void close(Pane& pane);
    void close_all();

    // An arrow over a full screen is in the way of a program that does not read the mouse.
    [[nodiscard]] Result<void> show_arrow(bool shown);

    [[nodiscard]] bool empty() const { return panes_.empty(); }
    [[nodiscard]] std::vector<Pane>& all() { return panes_; }
    [[nodiscard]] Pane* find(std::uint32_t window);
    [[nodiscard]] std::uint32_t poll(weft_window_event* events, std::uint32_t capacity) const {
        return windows_.poll(events, capacity);
    }

    // Windows that were ever opened: another number, another window.
    [[nodiscard]] std::uint32_t opened() const { return opened_; }
    [[nodiscard]] StatusWindows counts() const;

private:
    [[nodiscard]] weft_window_wish wish_of(const Pane& pane) const;
    [[nodiscard]] Pane make(Display display, std::size_t place) const;
    [[nodiscard]] Result<void> open_missing();
    void drop(Pane& pane);

    plugin::Windows windows_;
    const ScreenOptions& options_;
    std::vector<Pane> panes_;
    bool arrow_ = false;
    std::uint32_t opened_ = 0;
    double next_try_ = 0;
    StatusWindows gone_;  // of windows that are no more
};

}  // namespace weft::driver

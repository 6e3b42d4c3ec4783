// Which knob waits for a control, and which of those that are heard it takes.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "driver/live/control_name.h"

namespace weft::driver {

class Learning {
public:
    using Bindings = std::vector<std::pair<std::string, ControlName>>;  // by a knob's key
    struct Knob {
        std::string name;
        std::string key;
    };

    // The program's knobs from now on. The one that waits goes on, where it is still there; else
    // the first that nothing turns waits.
    void adopt(std::vector<Knob> knobs, const Bindings& bindings);

    // Whether a knob waits, and which; if none does, the one that waited last.
    [[nodiscard]] bool waits() const { return waits_; }
    [[nodiscard]] bool has_knobs() const { return !knobs_.empty(); }
    [[nodiscard]] const Knob& knob() const { return knobs_[place_]; }
    // The next knob waits, or the one before; or this one, again.
    void step(bool back);
    void again() { wait_for(place_); }
    // The next one after it that nothing turns.
    void go_on(const Bindings& bindings) { wait_for_next(place_ + 1, bindings); }

    // Whether the knob that waits takes what was heard: what turns another, or moves by itself,
    // it does not.
    [[nodiscard]] bool takes(const ControlName& name, const Bindings& bindings);
    // A key that is no shortcut.
    [[nodiscard]] static bool is_learnable(std::string_view key, std::uint32_t modifiers);

    // "learn speed@s (free): move a control (tab: next)"
    [[nodiscard]] std::string line(const Bindings& bindings) const;

private:
    using Moment = std::chrono::steady_clock::time_point;

    void wait_for(std::size_t place);
    void wait_for_next(std::size_t from, const Bindings& bindings);

    std::vector<Knob> knobs_;
    bool waits_ = false;
    std::size_t place_ = 0;
    Moment since_;
    std::map<std::string, Moment> heard_;  // by a control's name: when, the last time
};

}  // namespace weft::driver

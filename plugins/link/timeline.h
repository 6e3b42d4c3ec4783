// Ableton Link's session as a line from CLOCK_MONOTONIC to beats. The library's headers are behind
// this one; its own threads speak UDP multicast from the constructor on until the destructor ends.
#pragma once

#include <weft/control.h>

#include <cstddef>
#include <functional>
#include <memory>

namespace weft::link {

class Timeline {
public:
    // `quantum`: beats after which peers agree on the phase. `changed` is called from a thread of
    // Link's, when the tempo or the number of peers changes.
    Timeline(double bpm, double quantum, std::function<void()> changed);
    Timeline(const Timeline&) = delete;
    Timeline& operator=(const Timeline&) = delete;
    ~Timeline();

    // [any-thread]
    [[nodiscard]] std::size_t peers() const;
    [[nodiscard]] weft_control_tempo at(double time) const;

    // Sets the tempo for all peers from tempo.time on; `beat_too`: the beat is tempo.beat then,
    // among peers at the next time at which that is their phase.
    void set(const weft_control_tempo& tempo, bool beat_too);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace weft::link

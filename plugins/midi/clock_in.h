// MIDI clock as it arrives, turned into tempo: 24 messages a beat, each late by a little and by
// chance, become a beat that neither jumps nor drifts.
#pragma once

#include <weft/control.h>

#include <cstdint>
#include <optional>

#include "message.h"

namespace weft::midi {

class ClockIn {
public:
    // A transport or clock message that arrived at `time`, CLOCK_MONOTONIC seconds. True: `tempo`
    // is news.
    bool hear(const Message& message, double time);

    // To be asked a few times a second. True: the clock was lost, and `tempo` goes on as it was.
    bool check(double now);

    // It will not be heard again. True as for check.
    bool hold(double now);

    [[nodiscard]] bool settled() const { return fitted_ >= kSettled; }
    [[nodiscard]] double last_heard() const { return heard_; }
    [[nodiscard]] weft_control_tempo tempo() const;

private:
    bool tick(double time);
    void fit(double time);
    void restart_fit(double time);
    bool tell(double time);
    [[nodiscard]] double told_beat(double time) const;

    static constexpr unsigned kPerBeat = 24;
    static constexpr unsigned kSixteenth = 6;  // ticks
    static constexpr unsigned kSettled = 6;    // ticks until a tempo is told
    static constexpr unsigned kMemory = 48;    // ticks that the fit remembers

    // The line through the latest ticks: the newest stands at `at_`, the next `period_` later.
    std::int64_t ticks_ = 0;  // number of the newest tick
    double at_ = 0;
    double period_ = 0;
    double heard_ = 0;          // arrival of the newest
    unsigned fitted_ = 0;       // ticks in the fit, at most kMemory
    double spread_ = 0.001;     // mean distance of ticks from the line, seconds
    int one_side_ = 0;          // how many in a row were far off, negative: early
    int gaps_ = 0;              // how many in a row came after ticks that seem lost
    std::int64_t guessed_ = 0;  // ticks in these gaps
    bool lost_ = false;

    bool playing_ = true;                 // a clock without a transport runs
    bool starting_ = false;               // with the next tick
    std::optional<std::int64_t> locate_;  // number of the next tick that plays

    bool jumped_ = false;  // not told yet
    // What was told: the beat at `since_` and on.
    double since_ = 0;
    double beat_ = 0;
    double bpm_ = 0;
};

}  // namespace weft::midi

// The live numbers of a program: pragmas, mouse, OSC, MIDI, tempo. Events come in from any thread,
// each with the time from which it holds; snapshots go out, one for every frame and one for every
// block of sound, and what was posted in one call is seen whole or not at all.
//
// Of two events for one parameter the one that holds later wins, whichever came first. What holds
// at once is in the next frame and in the next block. Memory is bounded: values are kept, not
// messages, and of more than kMaxDue events that wait for their time the farthest are dropped.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "ir/live_params.h"
#include "sema/program.h"

namespace weft::runtime {

struct InputEvent {
    sema::ParamId param = sema::kNone;  // others than the program's own are ignored
    double value = 0;                   // what is not finite is ignored
    double due = 0;                     // CLOCK_MONOTONIC seconds from which it holds; 0: at once
};

// At CLOCK_MONOTONIC second `time` the beat is `beat`.
struct Tempo {
    double time = 0;
    double beat = 0;
    double bpm = 120;
    bool playing = true;  // else `beat` stands
};

struct InputCounters {
    std::uint64_t posted = 0;   // events
    std::uint64_t late = 0;     // came after they were due: hold at once
    std::uint64_t dropped = 0;  // too many at once, or too many that wait
    std::uint64_t waiting = 0;  // for their time, now
};

// One block of sound.
struct BlockTime {
    double now = 0;          // CLOCK_MONOTONIC seconds at which its first sample is heard
    double abstime = 0;      // the program's clock there
    std::int64_t first = 0;  // its first sample (abssample)
    std::uint64_t count = 0;
};

class Inputs {
public:
    static constexpr std::size_t kMaxDue = 4096;  // events that wait for their time

    // `clock` gives CLOCK_MONOTONIC seconds; [any thread]. `live` says where hidden parameters are:
    // snapshots have max(live.count, program.params.size()) numbers.
    Inputs(const sema::Program& program, const ir::LiveParams& live, double (*clock)());
    ~Inputs();
    Inputs(const Inputs&) = delete;
    Inputs& operator=(const Inputs&) = delete;

    // [any thread] Never waits: whoever comes while another is at it leaves his events to him.
    void post(const InputEvent* events, std::size_t count);
    void post(const InputEvent& event) { post(&event, 1); }
    void tempo(const Tempo& tempo);

    // [frame thread] The numbers of a frame that is shown at CLOCK_MONOTONIC second `now`, where
    // the program's clock is at `abstime`; valid until the next call.
    [[nodiscard]] const double* frame(double now, double abstime);

    // [audio thread] The numbers of a block; wait-free, no allocation, no system call.
    // params.size() == count(). Smoothed parameters begin where the block before ended; in the
    // first block of all they are where they are.
    void block(const BlockTime& time, std::span<double> params);

    // [audio thread] Its blocks come after those of another, of the same parameters: smoothed ones
    // begin where the other's ended.
    void follow(const Inputs& before) noexcept;

    // Numbers of a snapshot, hidden ones included.
    [[nodiscard]] std::size_t count() const;

    // Takes over what `from` knows of parameters that mean the same (sema::Param::key), as far as
    // it is newer, with events that wait, and tempo. To be called again when the programs change
    // places: only what came meanwhile changes. [any thread but audio]
    void adopt(Inputs& from);

    // [any thread but audio] The newest values of the program's own parameters, for display and to
    // save them; `touched`: those that were ever posted.
    void read(std::vector<double>& values, std::vector<bool>* touched = nullptr);
    [[nodiscard]] InputCounters counters() const;

private:
    class Desk;
    std::unique_ptr<Desk> desk_;
};

}  // namespace weft::runtime

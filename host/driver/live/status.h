// `weft run --status`: how a running show is doing, one line of JSON a second, for whoever watches
// an installation from outside. Numbers in, text out; the loop fills in the numbers.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace weft::driver {

// What one plugin carries from outside and to outside (weft_control_counters).
struct StatusInput {
    std::string name;  // the plugin's
    std::uint64_t received = 0;
    std::uint64_t unmatched = 0;
    std::uint64_t malformed = 0;
    std::uint64_t late = 0;
    std::uint64_t sent = 0;
    std::uint64_t unsent = 0;
    std::uint64_t reconnects = 0;
    std::string reason;  // of what was last lost, "" if nothing was
};

// Values that came from outside, by whichever plugin.
struct StatusEvents {
    std::uint64_t taken = 0;
    std::uint64_t late = 0;     // of them: came after they were due, and held at once
    std::uint64_t dropped = 0;  // of them: too many at once, or too many that wait
    std::uint64_t waiting = 0;  // of them: for their time, now
};

struct StatusBackend {
    std::string name;
    std::string state;   // "ok", "lost", "hung", "disabled"
    std::string reason;  // "" when ok
};

// A device beside the one that leads.
struct StatusBeside {
    std::string device;
    bool running = false;
    std::uint64_t underruns = 0;
    std::uint64_t overruns = 0;
    std::uint64_t reconnects = 0;
    std::uint64_t gaps = 0;  // that the difference of the clocks made
    double delay = 0;        // seconds, on top of its latency
};

struct StatusSound {
    std::string device;
    double rate = 0;  // samples a second
    std::uint64_t block = 0;
    bool running = false;  // false: the device went, silence follows the clock
    std::uint64_t underruns = 0;
    std::uint64_t overruns = 0;
    std::uint64_t slow = 0;  // blocks that took longer than they last
    std::uint64_t reconnects = 0;
    double load = 0;           // share of a block's time that computing it takes, 0..1 and beyond
    double latency = 0;        // seconds from here to the speaker
    std::int64_t skipped = 0;  // samples, while it stood still
    std::vector<StatusBeside> beside;
};

// Of the displays of the program, and what became of their pictures.
struct StatusWindows {
    std::uint64_t displays = 0;
    std::uint64_t open = 0;    // windows
    std::uint64_t lost = 0;    // times that the screen ended, and all windows with it
    std::uint64_t shown = 0;   // pictures
    std::uint64_t missed = 0;  // ... of windows of which nothing was to be seen
    std::uint64_t copied = 0;  // bytes, on the way to the screen
};

struct Status {
    std::string program;  // the file
    double time = 0;      // seconds of the show's clock (abstime)
    double drift = 0;     // of that clock against CLOCK_MONOTONIC, parts in a million
    std::uint64_t frames_shown = 0;
    std::uint64_t frames_left_out = 0;
    double fps = 0;               // frames a second over the last second
    double frame_time = 0;        // seconds a frame took over the last second: mean
    double frame_time_worst = 0;  // ... and the longest
    bool has_sound = false;
    StatusSound sound;
    bool has_windows = false;  // false: --headless
    StatusWindows windows;
    std::vector<StatusInput> inputs;
    StatusEvents events;
    std::vector<StatusBackend> backends;
    std::uint64_t reloads = 0;
    std::uint64_t reloads_refused = 0;
    double reload_seconds = 0;      // that the last one took, from its save on
    std::uint64_t caches_kept = 0;  // by the last one
    std::uint64_t caches_begun = 0;
    std::string message;  // why the last edit was refused, "" when it was taken
};

// What the process holds. Counted by the system: no part of ours is trusted with it.
struct ProcessUse {
    std::uint64_t resident = 0;     // bytes
    std::uint64_t descriptors = 0;  // open ones
    std::uint64_t threads = 0;
    double processor = 0;  // seconds of processor time, all threads
};
[[nodiscard]] ProcessUse process_use();

// One line of JSON without an end of line. `now` is UTC in seconds.
[[nodiscard]] std::string status_line(const Status& status, const ProcessUse& use, double now);

// Where the lines go. It never waits: a reader that does not read loses whole lines.
class StatusWriter {
public:
    // "" or "-": standard output; "unix:/path": a socket at which any number of readers may
    // connect, each gets every line from then on; else a file that lines are appended to.
    [[nodiscard]] static Result<std::unique_ptr<StatusWriter>> open(std::string_view where);
    virtual ~StatusWriter() = default;
    StatusWriter() = default;
    StatusWriter(const StatusWriter&) = delete;
    StatusWriter& operator=(const StatusWriter&) = delete;

    // Is a second over since the last line? `monotonic`: CLOCK_MONOTONIC seconds.
    [[nodiscard]] bool due(double monotonic);
    // One line, with what the process holds; an end of line is added. [one thread]
    void write(const Status& status);

private:
    virtual void put(const std::string& line) = 0;
    double next_ = 0;
};

}  // namespace weft::driver

// Progress of long work on a terminal: frames done, rate, time left. Silent in a pipe.
#pragma once

#include <chrono>
#include <cstdint>

namespace weft::driver {

class Progress {
public:
    explicit Progress(std::uint64_t total);
    void step();
    // Frames that only fill caches, before the first wanted one.
    void begin_run_up(std::uint64_t total);
    void step_run_up();
    // Clears the line.
    void end();

private:
    using Clock = std::chrono::steady_clock;
    void show(const char* what, std::uint64_t done, std::uint64_t total);

    bool terminal_;
    std::uint64_t total_;
    std::uint64_t done_ = 0;
    std::uint64_t run_up_total_ = 0;
    std::uint64_t run_up_done_ = 0;
    Clock::time_point begin_;
    Clock::time_point shown_;
};

}  // namespace weft::driver

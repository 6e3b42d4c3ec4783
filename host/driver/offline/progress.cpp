#include "driver/offline/progress.h"

#include <cstdio>

#include <unistd.h>

namespace weft::driver {

Progress::Progress(std::uint64_t total)
    : terminal_(isatty(STDERR_FILENO) != 0), total_(total), begin_(Clock::now()) {}

void Progress::begin_run_up(std::uint64_t total) {
    run_up_total_ = total;
    run_up_done_ = 0;
}

void Progress::step_run_up() {
    show("run-up", ++run_up_done_, run_up_total_);
    if (run_up_done_ == run_up_total_) {
        begin_ = Clock::now();
    }
}

void Progress::step() {
    show("frame", ++done_, total_);
}

void Progress::show(const char* what, std::uint64_t done, std::uint64_t total) {
    if (!terminal_) {
        return;
    }
    const Clock::time_point now = Clock::now();
    if (done != total && now - shown_ < std::chrono::milliseconds(100)) {
        return;
    }
    shown_ = now;
    const double seconds = std::chrono::duration<double>(now - begin_).count();
    const double rate = seconds > 0 ? static_cast<double>(done) / seconds : 0;
    const double left = rate > 0 ? static_cast<double>(total - done) / rate : 0;
    const auto whole = static_cast<unsigned long long>(left + 0.5);
    std::fprintf(stderr, "\r\033[K%s %llu/%llu  %llu%%  %.1f/s  %llu:%02llu left", what,
                 static_cast<unsigned long long>(done), static_cast<unsigned long long>(total),
                 static_cast<unsigned long long>(done * 100 / total), rate, whole / 60, whole % 60);
    std::fflush(stderr);
}

void Progress::end() {
    if (terminal_) {
        std::fputs("\r\033[K", stderr);
        std::fflush(stderr);
    }
}

}  // namespace weft::driver

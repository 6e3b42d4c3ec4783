// `weft run --log FILE`: what an installation has to say over weeks, kept within a bound. Lines are
// written by a thread of its own, so that a slow disk holds nobody up.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "base/result.h"

namespace weft::driver {

struct LogSettings {
    std::string path;
    std::uint64_t size_limit = 10u
                               << 20;  // bytes of one file, then it is FILE.1 and a new one begins
    unsigned kept = 5;                 // FILE.1 ... FILE.kept; 0: only FILE, emptied when full
};

class LogFile {
public:
    [[nodiscard]] static Result<std::unique_ptr<LogFile>> open(LogSettings settings);
    // What was said before is written.
    ~LogFile();
    LogFile(const LogFile&) = delete;
    LogFile& operator=(const LogFile&) = delete;

    // One line, as "2026-01-31T12:00:00.123Z LEVEL text"; ends of line in `text` become spaces
    // after which the line goes on. `level` is WEFT_LOG_*. Does not wait for the disk; when 4,096
    // lines wait, further ones are counted, and the count is logged. [any thread but the audio
    // thread]
    void write(std::uint32_t level, std::string_view text);

    // Until what was said is written, or for so long. [any thread]
    void flush(std::chrono::milliseconds patience);

    // The file is opened anew under its name: another program moved it away. [any thread]
    void reopen();

    // Installs a handler for SIGUSR1; asked() is true once after each such signal. The loop then
    // calls reopen().
    static void catch_reopen_signal();
    [[nodiscard]] static bool reopen_asked();

private:
    explicit LogFile(LogSettings settings);
    void run();
    [[nodiscard]] Result<void> open_file();
    void put(const std::string& line);
    void make_room();
    void rotate();

    LogSettings settings_;
    int fd_ = -1;
    std::uint64_t size_ = 0;

    std::mutex mutex_;
    std::condition_variable wake_;
    std::condition_variable idle_;
    bool writing_ = false;
    std::deque<std::string> lines_;
    std::uint64_t dropped_ = 0;
    bool reopen_ = false;
    bool ends_ = false;
    std::thread writer_;
};

}  // namespace weft::driver

// Watches the threads of a running show from one of its own: who has been in the same function of a
// plugin for too long hangs. What can be done without is told to the loop, which disables it; what
// cannot ends the process, so that whoever started it starts it again.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "plugin/whereabouts.h"

namespace weft::driver {

class Watchdog {
public:
    // The exit code of a show whose main thread hangs.
    static constexpr int kExitCode = 4;

    // `limit_ns`: how long a back end may take; UINT64_MAX: nobody is watched. It is never
    // destroyed: the last that it watches is the end of the process.
    [[nodiscard]] static Watchdog& start(std::uint64_t limit_ns);
    Watchdog(const Watchdog&) = delete;
    Watchdog& operator=(const Watchdog&) = delete;

    // Where those who are watched tell what they do.
    plugin::Whereabouts frames;    // the main thread
    plugin::Whereabouts sound;     // a sound device's
    plugin::Whereabouts compiler;  // compiles what was edited, and closes what has gone

    // The first frame is near: no file, no driver is waited for as at the start. [main thread]
    void begin() { stage_.store(Stage::runs); }
    // Files are whole. From now on until the process is gone the main thread is watched; when it
    // hangs this is the exit code. [main thread]
    void end(int code);

    // What has begun to hang beside the main thread, or has come back. [main thread]
    struct News {
        bool sound = false;  // else what compiles
        bool over = false;
        std::string plugin;  // "" where none is to blame
        std::string reason;
    };
    [[nodiscard]] std::vector<News> take_news();
    [[nodiscard]] bool sound_hangs() const { return sound_hangs_.load(std::memory_order_acquire); }

    // Who is told why the process ends, and sees to it that others learn of it, soon; null: nobody.
    void tell(std::function<void(const std::string&)> last_words);  // [main thread]

private:
    enum class Stage { starts, runs, ends };
    // One of those who are watched.
    struct Watched {
        const plugin::Whereabouts& whereabouts;
        const char* name;
        std::uint64_t moves = 0;
        double still = 0;  // seconds
        bool hangs = false;
        std::string plugin{};
    };

    explicit Watchdog(double limit) : limit_(limit) {}
    [[noreturn]] void watch();
    static void look(Watched& watched, double passed);
    [[nodiscard]] bool is_too_long(const Watched& watched, double within, double outside) const;
    [[nodiscard]] static std::string describe(const Watched& watched);
    void tell_news(Watched& watched, double within, double outside);
    [[noreturn]] void give_up(const Watched& watched);

    const double limit_;
    std::atomic<Stage> stage_{Stage::starts};
    std::atomic<int> code_{kExitCode};
    std::atomic<bool> sound_hangs_{false};
    std::mutex mutex_;  // of what follows
    std::vector<News> news_;
    std::function<void(const std::string&)> last_words_;
};

}  // namespace weft::driver

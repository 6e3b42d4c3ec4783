// Ctrl-C in the middle of long work. A frame under way is given a moment to end, so that quick ones
// end whole; after that the back ends are asked to stop it.
#pragma once

#include <condition_variable>
#include <csignal>
#include <functional>
#include <mutex>
#include <thread>

namespace weft::driver {

// Catches SIGINT, SIGTERM and SIGHUP as long as it lives; one at a time. A second signal ends the
// process at once.
class Interrupt {
public:
    // `cancel` is called on a thread of its own, again and again from a moment after the signal on:
    // what began after one call is met by the next.
    explicit Interrupt(std::function<void()> cancel);
    ~Interrupt();
    Interrupt(const Interrupt&) = delete;
    Interrupt& operator=(const Interrupt&) = delete;

    // Did a signal come since the last one was made? [any thread]
    [[nodiscard]] static bool asked();
    // `cancel` is not called while this is held.
    [[nodiscard]] std::unique_lock<std::mutex> hold() { return std::unique_lock(mutex_); }

private:
    void watch();

    std::function<void()> cancel_;
    struct sigaction before_[3] = {};
    std::mutex mutex_;
    std::condition_variable ending_;
    bool ends_ = false;
    std::thread watcher_;
};

}  // namespace weft::driver

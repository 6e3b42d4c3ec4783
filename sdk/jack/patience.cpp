#include "jack/patience.h"

#include <signal.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>

namespace weft::jack {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds kHangs{2};  // for the turn of who hangs

// Of the whole process, as the state of these libraries is. Never destroyed: a thread that was left
// behind may outlive main.
struct Turn {
    std::mutex mutex;
    std::condition_variable changed;
    bool taken = false;
    bool hangs = false;  // whoever has it was given up
};
Turn& turn() {
    static Turn& only = *new Turn;
    return only;
}

struct Work {
    std::function<void()> run;
    std::function<void()> undo;
    std::exception_ptr thrown;
    bool done = false;       // guarded by the turn's mutex
    bool abandoned = false;  // ...
};

void run(const std::shared_ptr<Work>& work) {
    try {
        work->run();
    } catch (...) {
        work->thrown = std::current_exception();
    }
    Turn& ours = turn();
    std::unique_lock lock(ours.mutex);
    if (work->abandoned && !work->thrown && work->undo) {
        lock.unlock();
        try {
            work->undo();
        } catch (...) {
            work->thrown = std::current_exception();
        }
        lock.lock();
    }
    work->done = true;
    ours.taken = ours.hangs = false;
    ours.changed.notify_all();
}

// A thread that takes no signals, nor do those that libraries start from it: the host's handlers
// are for the host's threads.
std::thread start(const std::shared_ptr<Work>& work) {
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    std::thread thread([work] { run(work); });
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return thread;
}

}  // namespace

bool run_within(double seconds, std::function<void()> work, std::function<void()> undo) {
    const auto end = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                        std::chrono::duration<double>(seconds));
    const auto ours = std::make_shared<Work>();
    ours->run = std::move(work);
    ours->undo = std::move(undo);

    Turn& all = turn();
    std::unique_lock lock(all.mutex);
    // One question after the other to a server that hangs: only the first is waited for that long.
    const auto soon = all.hangs ? std::min(end, Clock::now() + kHangs) : end;
    if (!all.changed.wait_until(lock, soon, [&] { return !all.taken; })) return false;
    all.taken = true;
    std::thread thread;
    try {
        thread = start(ours);
    } catch (...) {
        all.taken = false;
        throw;
    }
    if (!all.changed.wait_until(lock, end, [&] { return ours->done; })) {
        ours->abandoned = all.hangs = true;
        thread.detach();
        return false;
    }
    lock.unlock();
    thread.join();
    if (ours->thrown) std::rethrow_exception(ours->thrown);
    return true;
}

}  // namespace weft::jack

#include "driver/offline/interrupt.h"

#include <array>
#include <atomic>
#include <chrono>
#include <utility>

namespace weft::driver {
namespace {

constexpr std::chrono::milliseconds kLook{50};
constexpr int kLooksBeforeCancel = 20;
constexpr std::array kSignals = {SIGINT, SIGTERM, SIGHUP};

std::atomic<int> g_signal{0};

void on_signal(int signal) {
    g_signal.store(signal, std::memory_order_relaxed);
}

}  // namespace

Interrupt::Interrupt(std::function<void()> cancel) : cancel_(std::move(cancel)) {
    g_signal.store(0);
    struct sigaction action {};
    action.sa_handler = on_signal;
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    for (std::size_t i = 0; i < kSignals.size(); ++i) {
        sigaction(kSignals[i], &action, &before_[i]);
    }
    watcher_ = std::thread([this] { watch(); });
}

Interrupt::~Interrupt() {
    {
        const std::lock_guard lock(mutex_);
        ends_ = true;
    }
    ending_.notify_one();
    watcher_.join();
    for (std::size_t i = 0; i < kSignals.size(); ++i) {
        sigaction(kSignals[i], &before_[i], nullptr);
    }
}

bool Interrupt::asked() {
    return g_signal.load(std::memory_order_relaxed) != 0;
}

void Interrupt::watch() {
    int looks = 0;
    std::unique_lock lock(mutex_);
    while (!ending_.wait_for(lock, kLook, [this] { return ends_; })) {
        if (asked() && ++looks > kLooksBeforeCancel) {
            cancel_();
        }
    }
}

}  // namespace weft::driver

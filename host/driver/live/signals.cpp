#include "driver/live/signals.h"

#include <atomic>

namespace weft::driver {
namespace {

constexpr int kSignals[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE};

std::atomic<bool> g_end{false};
std::atomic<bool> g_reload{false};

void on_end(int) {
    g_end.store(true, std::memory_order_relaxed);
}

void on_reload(int) {
    g_reload.store(true, std::memory_order_relaxed);
}

}  // namespace

Signals::Signals() {
    g_end.store(false);
    g_reload.store(false);
    for (int i = 0; i < 4; ++i) {
        struct sigaction action {};
        const bool ends = kSignals[i] == SIGINT || kSignals[i] == SIGTERM;
        action.sa_handler = ends ? on_end : kSignals[i] == SIGHUP ? on_reload : SIG_IGN;
        // The second one meets what stood before.
        action.sa_flags = ends ? static_cast<int>(SA_RESETHAND) : 0;
        sigaction(kSignals[i], &action, &before_[i]);
    }
}

Signals::~Signals() {
    for (int i = 0; i < 4; ++i) {
        sigaction(kSignals[i], &before_[i], nullptr);
    }
}

bool Signals::end_asked() {
    return g_end.load(std::memory_order_relaxed);
}

bool Signals::reload_asked() {
    return g_reload.exchange(false, std::memory_order_relaxed);
}

}  // namespace weft::driver

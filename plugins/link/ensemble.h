// This process as one of Link's peers, shared by the sessions of programs so that a reload does not
// leave and come back: tells them the tempo whenever it changes, and once a second.
#pragma once

#include <weft/control.h>
#include <weft/cpp/wake.hpp>

#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "timeline.h"

namespace weft::link {

class Ensemble {
public:
    // `say` is called from several threads, with a line for the log.
    Ensemble(double quantum, std::function<void(const std::string&)> say);
    Ensemble(const Ensemble&) = delete;
    Ensemble& operator=(const Ensemble&) = delete;
    ~Ensemble();

    // [compile-thread] `host` is told until it leaves; when leave returns, nothing is called.
    void join(const weft_control_host& host);
    void leave(const weft_control_host& host);

    // [frame-thread] The program's own tempo. It is Link's while there are no peers; among peers,
    // theirs is.
    void lead(const weft_control_tempo& tempo);

    // [any-thread]
    [[nodiscard]] std::size_t peers() const { return timeline_.peers(); }
    [[nodiscard]] std::uint64_t told() const { return told_.load(std::memory_order_relaxed); }

private:
    void run();
    void follow(const weft_control_tempo& own);
    void tell();
    std::function<void(const std::string&)> say_;
    std::atomic<double> own_bpm_{0};  // as last led
    std::atomic<std::uint64_t> told_{0};

    cpp::Wake changed_;
    std::atomic<bool> ending_{false};
    bool placed_ = false;  // the program's beat was Link's, or peers were there first
    // Link founds its session on a thread of its own: what was set before that is lost for a
    // moment.
    double settled_ = 0;

    // Never held while Link calls us: its callbacks only wake.
    std::mutex mutex_;
    std::optional<weft_control_tempo> own_;  // not followed yet
    std::vector<const weft_control_host*> hosts_;

    Timeline timeline_;
    std::thread thread_;
};

}  // namespace weft::link

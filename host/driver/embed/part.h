// A part of a program, compiled for one purpose: its pictures, its sound, values. Runs on the
// threads of its session, and can be asked to stop.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "base/result.h"
#include "driver/compile/build_show.h"
#include "driver/compile/session.h"
#include "driver/offline/frames.h"
#include "runtime/show.h"

namespace weft::driver {

// Whether what a show computes shall end soon.
class Stop {
public:
    void ask();  // [any thread]
    [[nodiscard]] bool asked() const { return asked_.load(std::memory_order_relaxed); }

    // A call that can be stopped, as long as this lives.
    class Call {
    public:
        explicit Call(Stop& stop) : stop_(stop) { stop_.begin(true); }
        ~Call() { stop_.begin(false); }
        Call(const Call&) = delete;
        Call& operator=(const Call&) = delete;

    private:
        Stop& stop_;
    };
    // What runs within a call, while this lives.
    class Running {
    public:
        Running(Stop& stop, runtime::Show& show) : stop_(stop) { stop_.run(&show); }
        ~Running() { stop_.run(nullptr); }
        Running(const Running&) = delete;
        Running& operator=(const Running&) = delete;

    private:
        Stop& stop_;
    };
    // While this is held nothing is cancelled.
    [[nodiscard]] std::unique_lock<std::mutex> hold() { return std::unique_lock(mutex_); }

private:
    void begin(bool calls);
    void run(runtime::Show* show);

    std::mutex mutex_;
    bool calls_ = false;
    runtime::Show* running_ = nullptr;
    std::atomic<bool> asked_{false};
};

// What all that is compiled for one show has in common.
struct ShowContext {
    Session& session;
    Stop stop;
    std::shared_ptr<Messages> said;  // of the last compilation

    // One more of a program, whose texts are those of `messages`.
    void resume(const std::shared_ptr<Messages>& messages) {
        session.resume(messages);
        said = messages;
    }
};

class Part {
public:
    static constexpr const char* kCancelled = "it was cancelled";

    // What is wrong stands in `messages`, those of the program; the error says it in short. All
    // that is given outlives it, and so does the program of the request. Where every cache means
    // what one of `before` meant, which may be null, the past is not computed again.
    [[nodiscard]] static Result<std::unique_ptr<Part>> build(
        ShowContext& context, const std::shared_ptr<Messages>& messages, BuildRequest request,
        const Part* before = nullptr);
    ~Part();
    Part(const Part&) = delete;
    Part& operator=(const Part&) = delete;

    [[nodiscard]] const runtime::Show& show() const { return *built_.show; }
    // The memory that frames are left in.
    [[nodiscard]] const weft_target& target(std::uint32_t index) const { return targets_[index]; }
    // Which target is that of a sink of the program, which has one.
    [[nodiscard]] std::uint32_t target_of(std::uint32_t sink) const;

    // Does it remember what `before` does?
    [[nodiscard]] bool follows() const { return follows_; }

    // Runs a frame after what it needs of the past.
    [[nodiscard]] Result<void> run(std::int64_t absframe, const double* params);
    // Runs `task`, which may use frames(), as run() does.
    template <class Task>
    [[nodiscard]] Result<void> work(const Task& task) {
        const Stop::Running running(context_.stop, *built_.show);
        Result<void> outcome = Error{WEFT_CANCELLED, kCancelled};
        if (!context_.stop.asked()) {
            context_.session.main_group().run([&] { outcome = task(); });
        }
        // Who was stopped in the middle of a frame has other ways to say it.
        return !outcome && context_.stop.asked() ? Error{WEFT_CANCELLED, kCancelled} : outcome;
    }
    [[nodiscard]] Frames& frames() { return frames_; }

private:
    Part(ShowContext& context, std::shared_ptr<Messages> messages, BuildRequest request,
         BuiltShow built);
    [[nodiscard]] Result<void> make_targets();
    [[nodiscard]] Frames::Watch watch();
    [[nodiscard]] std::optional<BuiltShow> build_again();

    ShowContext& context_;
    std::shared_ptr<Messages> messages_;
    BuildRequest request_;
    BuiltShow built_;
    Frames frames_;
    bool follows_ = false;
    std::vector<runtime::Buffer> buffers_;
    std::vector<weft_target> targets_;
};

// The first of the errors of the last compilation, with its place.
[[nodiscard]] Error first_error(const ShowContext& context);

}  // namespace weft::driver

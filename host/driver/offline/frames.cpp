#include "driver/offline/frames.h"

#include <algorithm>

#include "base/trace.h"

namespace weft::driver {

bool Frames::remembers() const {
    return std::any_of(show_.steps.begin(), show_.steps.end(),
                       [](const runtime::Step& step) { return step.captures; });
}

// Everything anew, with caches that are empty.
Result<void> Frames::renew(weft_status why) {
    std::unique_lock<std::mutex> held;
    if (watch_.hold) {
        held = watch_.hold();
    }
    next_.reset();
    is_whole_ = false;
    show_.release_programs();
    std::optional<BuiltShow> again = rebuild_();
    if (!again) {
        return Error{why, why == WEFT_DEVICE_LOST
                              ? "a device was lost, and could not be opened again"
                              : "the program could not be compiled again"};
    }
    show_.adopt_programs(*again->show);
    is_whole_ = true;
    return {};
}

// All of the past where there is feedback, else as much as caches hold. What was run stays run.
Result<void> Frames::run_before(const runtime::FrameRequest& request) {
    if (!is_whole_) {
        if (auto done = renew(WEFT_DEVICE_LOST); !done) {
            return done;
        }
    }
    if (!remembers()) {
        return {};
    }
    const std::int64_t first = request.absframe;
    if (next_ && first < *next_) {
        if (auto done = renew(WEFT_UNAVAILABLE); !done) {
            return done;
        }
    }
    std::int64_t from = next_.value_or(0);
    if (show_.run_up_frames) {
        constexpr std::uint64_t kMost = 1ull << 60;
        from = std::max(from,
                        first - static_cast<std::int64_t>(std::min(*show_.run_up_frames, kMost)));
    }
    if (from >= first) {
        return {};
    }
    if (watch_.begin_run_up) {
        watch_.begin_run_up(static_cast<std::uint64_t>(first - from));
    }
    runtime::FrameRequest before = request;
    before.skip_targets = true;
    for (before.absframe = from; before.absframe < first; ++before.absframe) {
        if (watch_.step_run_up && !watch_.step_run_up()) {
            return Error{WEFT_CANCELLED, "it was cancelled"};
        }
        if (auto done = run_once(before); !done) {
            return done;
        }
    }
    return {};
}

Result<void> Frames::run_once(const runtime::FrameRequest& request) {
    const trace::Span span(trace::What::frame, nullptr, request.absframe);
    auto done = show_.run(request);
    if (done) {
        next_ = request.absframe + 1;
    }
    return done;
}

Result<void> Frames::run_up(const runtime::FrameRequest& request) {
    auto done = run_before(request);
    if (!done && done.error().status == WEFT_DEVICE_LOST) {
        done = renew(WEFT_DEVICE_LOST);
        if (done) {
            done = run_before(request);
        }
    }
    return done;
}

Result<void> Frames::run(const runtime::FrameRequest& request) {
    const auto attempt = [&] {
        auto done = run_before(request);
        return done ? run_once(request) : done;
    };
    auto done = attempt();
    if (!done && done.error().status == WEFT_DEVICE_LOST) {
        done = renew(WEFT_DEVICE_LOST);
        if (done) {
            done = attempt();
        }
    }
    return done;
}

Result<void> Frames::reach(runtime::FrameRequest request) {
    if (is_whole_ && (!remembers() || next_ == request.absframe + 1)) {
        return {};
    }
    if (request.absframe < 0) {
        return next_ || !is_whole_ ? renew(WEFT_UNAVAILABLE) : Result<void>();
    }
    request.skip_targets = true;
    return run(request);
}

}  // namespace weft::driver

// The half of a show that waits: for devices, and for what one back end's work must be behind
// another's.
#include "base/trace.h"
#include "runtime/show.h"

namespace weft::runtime {

// After a failure a semaphore may be signalled and not waited for, or the other way round.
Result<void> Show::renew_joins() {
    if (!joins_in_doubt_) {
        return {};
    }
    for (const std::unique_ptr<Join>& join : joins) {
        if (auto done = join->renew(); !done) {
            return Error{done.error().status,
                         steps[join->to].name + ": " + std::move(done).error().message};
        }
    }
    joins_in_doubt_ = false;
    return {};
}

// Nobody signals what is not waited for in this frame.
void Show::list_semaphores(Step& step) {
    step.waits.clear();
    step.signals.clear();
    for (const std::unique_ptr<Join>& join : joins) {
        if (!steps[join->from].runs || !steps[join->to].runs) {
            continue;
        }
        if (&steps[join->to] == &step) {
            step.waits.push_back(join->wait().get());
        } else if (&steps[join->from] == &step) {
            step.signals.push_back(join->signal().get());
        }
    }
}

// Work that waits for a device that is gone would keep its own device for ever.
void Show::unblock_waiters(const Step& step) {
    for (const std::unique_ptr<Join>& join : joins) {
        if (&steps[join->from] == &step && steps[join->to].pending) {
            (void)join->unblock().ok();  // the loss is what is told
        }
    }
}

Result<void> Show::complete(Step& step, std::uint64_t timeout_ns) {
    if (!step.pending) {
        return {};
    }
    // What it waits for ends before it does, and has its own failures to tell.
    for (const std::unique_ptr<Join>& join : joins) {
        if (&steps[join->to] == &step) {
            if (auto done = complete(steps[join->from], timeout_ns); !done) {
                return done;
            }
        }
    }
    const trace::Span span(trace::What::wait, step.label);
    Result<void> done = step.timeline.wait(step.value, timeout_ns);
    if (!done && done.error().status == WEFT_TIMEOUT) {
        return blame(step, Error{WEFT_TIMEOUT, step.name + " was not done after " +
                                                   std::to_string(timeout_ns / 1'000'000) + " ms"});
    }
    step.pending = false;
    if (!done && done.error().status == WEFT_DEVICE_LOST) {
        unblock_waiters(step);
    }
    if (!done) {
        return blame(step, Error{done.error().status, step.name + ": " + done.error().message});
    }
    return {};
}

// The first failure is the one to tell.
Result<void> Show::blame(const Step& step, Result<void> done) {
    if (!culprit_) {
        culprit_ = Culprit{false, static_cast<std::uint32_t>(&step - steps.data())};
    }
    return done;
}

Result<void> Show::complete(const std::vector<std::uint32_t>& which) {
    for (const std::uint32_t step : which) {
        if (auto done = complete(steps[step], deadline_ns); !done) {
            return done;
        }
    }
    return {};
}

Result<void> Show::complete_all(std::uint64_t timeout_ns) {
    Result<void> first;
    for (const std::uint32_t timed : timed_) {
        Step& step = steps[timed];
        if (step.disabled) {
            // Nobody waits for what has failed before.
            step.pending = step.pending && !step.timeline.wait(step.value, 0);
        } else if (auto done = complete(step, timeout_ns); !done && first) {
            first = std::move(done);
        }
    }
    return first;
}

}  // namespace weft::runtime

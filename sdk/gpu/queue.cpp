#include "gpu/queue.h"

#include <algorithm>

#include "gpu/device.h"

namespace weft::gpu {
namespace {

// How long a wish to cancel may go unnoticed.
constexpr std::uint64_t kSliceNs = 1'000'000;

}  // namespace

std::uint64_t Queue::submit(Work& work) {
    return submit(work, nullptr, false, {});
}

std::uint64_t Queue::submit(Work& work, Completion* completion, bool reported, const Order& order) {
    const std::lock_guard lock(submit_);
    const std::uint64_t value = device_.submit(work, order);
    if (completion != nullptr) pending_.push_back({value, completion, reported});
    return value;
}

void Queue::poll() {
    const std::lock_guard lock(submit_);
    for (const Pending& pending : pending_) pending.completion->poll();
}

void Queue::complete_until(std::uint64_t value, const Outcome& lost) {
    const std::lock_guard order(complete_);
    for (;;) {
        Pending first{};
        {
            const std::lock_guard lock(submit_);
            if (pending_.empty() || pending_.front().value > value) return;
            first = pending_.front();
            pending_.erase(pending_.begin());
        }
        Outcome outcome = first.completion->complete(lost);
        if (outcome.status != WEFT_OK && first.reported)
            failures_.push_back({first.value, std::move(outcome)});
    }
}

bool Queue::wait(std::uint64_t value, std::uint64_t timeout_ns) {
    try {
        std::uint64_t left = timeout_ns;
        for (;;) {
            poll();
            const std::uint64_t slice = std::min(left, kSliceNs);
            if (device_.wait(value, slice)) break;
            if (left != UINT64_MAX) left -= slice;
            if (left == 0) return false;
        }
    } catch (const cpp::Failure& failure) {
        complete_until(UINT64_MAX, {failure.code(), failure.what()});
        throw;
    }
    complete_until(value, {});
    return true;
}

Outcome Queue::take_failure(std::uint64_t value) {
    const std::lock_guard lock(complete_);
    const auto later = std::find_if(failures_.begin(), failures_.end(),
                                    [&](const Reported& r) { return r.value > value; });
    if (later == failures_.begin()) return {};
    Outcome first = std::move(failures_.front().outcome);
    failures_.erase(failures_.begin(), later);
    return first;
}

}  // namespace weft::gpu

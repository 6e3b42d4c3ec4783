// What a session counts: written by the network's thread and the frame thread, read by any.
#pragma once

#include <weft/control.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <mutex>
#include <string_view>

namespace weft::osc {

struct Counters {
    std::atomic<uint64_t> received{0};
    std::atomic<uint64_t> unmatched{0};
    std::atomic<uint64_t> malformed{0};
    std::atomic<uint64_t> late{0};
    std::atomic<uint64_t> sent{0};
    std::atomic<uint64_t> unsent{0};
    std::atomic<uint64_t> reconnects{0};

    // `messages` were lost on the way out.
    void lose(uint64_t messages, std::string_view reason) {
        unsent.fetch_add(messages, std::memory_order_relaxed);
        // A reader who copies the reason holds nobody up: this one is then not kept.
        const std::unique_lock lock(mutex_, std::try_to_lock);
        if (!lock) return;
        const size_t size = std::min(reason.size(), reason_.size() - 1);
        std::memcpy(reason_.data(), reason.data(), size);
        reason_[size] = '\0';
    }

    void read(weft_control_counters& into) {
        into.received = received.load(std::memory_order_relaxed);
        into.unmatched = unmatched.load(std::memory_order_relaxed);
        into.malformed = malformed.load(std::memory_order_relaxed);
        into.late = late.load(std::memory_order_relaxed);
        into.sent = sent.load(std::memory_order_relaxed);
        into.unsent = unsent.load(std::memory_order_relaxed);
        into.reconnects = reconnects.load(std::memory_order_relaxed);
        const std::lock_guard lock(mutex_);
        std::memcpy(into.reason, reason_.data(), reason_.size());
    }

private:
    std::mutex mutex_;
    std::array<char, sizeof weft_control_counters::reason> reason_ = {};
};

}  // namespace weft::osc

// Events that wait for their time, in bounded memory. What is due soon is handed to the readers
// ahead of its time, so that it holds on time even when nobody posts. Every step costs the
// logarithm of how many wait, in whatever order they come. One thread at a time. Internal to
// Inputs.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory_resource>
#include <set>
#include <tuple>

#include "sema/program.h"

namespace weft::runtime {

// Of two with one time for one parameter the one that came later wins.
struct DueEvent {
    double due = 0;  // CLOCK_MONOTONIC seconds
    std::uint64_t number = 0;
    double value = 0;
    sema::ParamId param = 0;

    [[nodiscard]] bool operator>(const DueEvent& other) const {
        return due != other.due ? due > other.due : number > other.number;
    }
};

class DueEvents {
public:
    static constexpr std::size_t kReaders = 2;

    explicit DueEvents(std::size_t capacity) : capacity_(capacity) {}

    // False: too many wait, and one was dropped, this one or the farthest.
    [[nodiscard]] bool add(DueEvent event) {
        event.number = ++number_;
        if (const DueEvent* same = newest(event)) {
            if (same->value == event.value) return true;
            // A reader that has the former gets this one as well.
            if (is_ours(*same)) forget(*same);
        }
        const bool full = all_.size() >= capacity_;
        if (full) {
            const auto farthest = std::prev(all_.end());
            if (farthest->due <= event.due || !is_ours(*farthest)) return false;
            forget(*farthest);
        }
        all_.insert(event);
        for (Events& events : to_hand_) events.insert(event);
        return !full;
    }

    // Calls hand(event) for what is due until `until` and `reader` has not, the nearest first, as
    // long as it returns true. True: there was one.
    template <class Hand>
    bool hand_over(std::size_t reader, double until, Hand hand) {
        Events& events = to_hand_[reader];
        bool any = false;
        while (!events.empty() && events.begin()->due <= until && hand(*events.begin())) {
            events.erase(events.begin());
            any = true;
        }
        return any;
    }

    // Calls use(event) for all that are due at `now`, of one parameter in their order, and forgets
    // them.
    template <class Use>
    void take_due(double now, Use use) {
        while (!all_.empty() && all_.begin()->due <= now) {
            use(*all_.begin());
            forget(*all_.begin());
        }
    }

    [[nodiscard]] std::size_t size() const { return all_.size(); }
    [[nodiscard]] bool has(sema::ParamId param, double due) const {
        return newest({due, 0, 0, param}) != nullptr;
    }
    template <class Use>
    void for_each(Use use) const {
        for (const DueEvent& event : all_) use(event);
    }

private:
    struct Order {
        bool operator()(const DueEvent& a, const DueEvent& b) const {
            return std::tie(a.due, a.param, a.number) < std::tie(b.due, b.param, b.number);
        }
    };
    using Events = std::pmr::set<DueEvent, Order>;

    // The last of those for its parameter at its time; NULL: there is none.
    [[nodiscard]] const DueEvent* newest(DueEvent like) const {
        like.number = std::numeric_limits<std::uint64_t>::max();
        auto at = all_.lower_bound(like);
        if (at == all_.begin()) return nullptr;
        --at;
        return at->due == like.due && at->param == like.param ? &*at : nullptr;
    }
    // No reader has it.
    [[nodiscard]] bool is_ours(const DueEvent& event) const {
        return to_hand_[0].contains(event) && to_hand_[1].contains(event);
    }
    void forget(DueEvent event) {
        for (Events& events : to_hand_) events.erase(event);
        all_.erase(event);
    }

    const std::size_t capacity_;
    std::uint64_t number_ = 0;
    std::pmr::unsynchronized_pool_resource memory_;
    Events all_{&memory_};
    std::array<Events, kReaders> to_hand_{Events(&memory_), Events(&memory_)};  // by reader
};

}  // namespace weft::runtime

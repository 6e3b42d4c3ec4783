#include "runtime/tick_gate.h"

#include <chrono>
#include <thread>

namespace weft::runtime {
namespace {

// Looks, and what lies between them: a second, longer than any block.
constexpr int kLooks = 20'000;
constexpr std::chrono::microseconds kPause{50};

}  // namespace

// Each side says what it does before it looks at the other: one of the two sees the other's word.
// Frames go on at most once more after ours is said, so that the loop ends.
std::int64_t TickGate::enter(std::uint32_t reader, std::int64_t tick) noexcept {
    while (true) {
        readers_[reader].tick.store(tick);
        const std::int64_t oldest = writing_.load() - kSpare;
        if (tick >= oldest) {
            return tick;
        }
        tick = oldest;
    }
}

void TickGate::leave(std::uint32_t reader) noexcept {
    readers_[reader].tick.store(kNobody, std::memory_order_release);
}

void TickGate::write(std::int64_t tick) noexcept {
    writing_.store(tick);
    for (Reader& reader : readers_) {
        std::int64_t at = reader.tick.load();
        for (int look = 0; at < tick - kSpare && at != reader.lost; at = reader.tick.load()) {
            if (++look == kLooks) {
                reader.lost = at;
            } else {
                std::this_thread::sleep_for(kPause);
            }
        }
    }
}

}  // namespace weft::runtime

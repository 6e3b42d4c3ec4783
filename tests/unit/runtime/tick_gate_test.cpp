// Pictures that one thread writes while another reads them in place.
#include "runtime/tick_gate.h"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <thread>
#include <vector>

namespace weft::runtime {
namespace {

constexpr std::int64_t kTicks = 3;  // that may be asked for
constexpr std::size_t kPicture = 64;

// The memory of a cache: plain numbers, as kernels see them.
struct Pictures {
    static constexpr std::int64_t kSlots = kTicks + TickGate::kSpare;
    std::array<std::array<std::int64_t, kPicture>, kSlots> slots{};

    void write(std::int64_t tick) {
        for (std::int64_t& number : slots[static_cast<std::size_t>(tick % kSlots)]) {
            number = tick;
        }
    }
    [[nodiscard]] bool holds(std::int64_t tick) const {
        for (const std::int64_t number : slots[static_cast<std::size_t>(tick % kSlots)]) {
            if (number != tick) {
                return false;
            }
        }
        return true;
    }
};

TEST(TickGate, AFrameGoesTwoTicksAheadOfWhoReads) {
    TickGate gate;
    gate.write(0);
    EXPECT_EQ(gate.enter(0, 0), 0);
    gate.write(1);
    gate.write(2);  // does not wait
    // Who comes late with an old tick is brought to one that is safe.
    EXPECT_EQ(gate.enter(1, -1), 0);
    gate.leave(0);
    gate.leave(1);
    gate.write(10);
    EXPECT_EQ(gate.enter(0, 2), 8);
    EXPECT_EQ(gate.enter(1, 9), 9);
    EXPECT_EQ(gate.enter(2, 10), 10);
}

TEST(TickGate, AFrameWaitsForABlockThatReadsWhatItWouldWrite) {
    TickGate gate;
    Pictures pictures;
    for (std::int64_t tick = 0; tick < 5; ++tick) {
        gate.write(tick);
        pictures.write(tick);
    }
    ASSERT_EQ(gate.enter(0, 4), 4);
    std::thread frames([&] {
        for (std::int64_t tick = 5; tick < 8; ++tick) {
            gate.write(tick);
            pictures.write(tick);
        }
    });
    for (int look = 0; look < 20; ++look) {
        for (std::int64_t k = 0; k < kTicks; ++k) {
            EXPECT_TRUE(pictures.holds(4 - k)) << k;
        }
        std::this_thread::yield();
    }
    gate.leave(0);
    frames.join();
    EXPECT_TRUE(pictures.holds(7));
}

// As fast as both can. Without spare slots, or without the gate, the oldest tick tears.
TEST(TickGate, NothingIsTorn) {
    constexpr std::int64_t kFrames = 20'000;
    TickGate gate;
    Pictures pictures;
    std::atomic<std::int64_t> newest{-1};
    std::thread frames([&] {
        for (std::int64_t tick = 0; tick < kFrames; ++tick) {
            gate.write(tick);
            pictures.write(tick);
            newest.store(tick, std::memory_order_release);
        }
    });
    std::int64_t torn = 0;
    for (std::int64_t seen = -1; seen < kFrames - 1;) {
        const std::int64_t tick = gate.enter(0, newest.load(std::memory_order_acquire));
        for (std::int64_t k = 0; k < kTicks && tick - k >= 0; ++k) {
            torn += pictures.holds(tick - k) ? 0 : 1;
        }
        gate.leave(0);
        if (tick == seen) {
            std::this_thread::yield();
        }
        seen = tick;
    }
    frames.join();
    EXPECT_EQ(torn, 0);
}

}  // namespace
}  // namespace weft::runtime

#include <weft/cpp/door.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <thread>

namespace weft {
namespace {

using cpp::Door;

TEST(Door, TellsWhoComesWhetherItIsOpen) {
    Door door(false);
    EXPECT_TRUE(door.is_empty());
    EXPECT_FALSE(door.enter());
    EXPECT_FALSE(door.is_empty());
    door.leave();
    EXPECT_TRUE(door.is_empty());
    door.open();
    EXPECT_TRUE(door.enter());
    door.close();
    EXPECT_FALSE(door.is_empty());
    door.leave();
    EXPECT_FALSE(door.enter());
    door.leave();
}

// Both count in plain memory as long as they think that they are alone.
void race(Door&& door) {
    constexpr std::uint64_t kTimes = 20'000;
    std::uint64_t counted = 0;
    std::atomic<bool> closes{true};
    std::atomic<std::uint64_t> entered{0};
    std::thread often([&] {
        while (closes.load(std::memory_order_relaxed)) {
            if (door.enter()) {
                ++counted;
                ++entered;
            }
            door.leave();
        }
    });
    std::uint64_t alone = 0;
    for (std::uint64_t i = 0; i < kTimes || alone == 0 || entered == 0; ++i) {
        door.close();
        if (door.is_empty()) {
            ++counted;
            ++alone;
        }
        door.open();
    }
    closes = false;
    often.join();
    EXPECT_EQ(counted, entered + alone);
}

TEST(Door, LetsNobodyInWhoIsNotAlone) {
    race(Door(true));
}

TEST(Door, LetsNobodyInWhereTheSystemDoesNotHelp) {
    race(Door(true, false));
}

}  // namespace
}  // namespace weft

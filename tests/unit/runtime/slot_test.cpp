#include "runtime/slot.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace weft::runtime {
namespace {

TEST(Slot, GivesTheNewestValue) {
    Slot<int> slot(7);
    EXPECT_FALSE(slot.take());
    EXPECT_EQ(slot.value(), 7);
    for (const int value : {1, 2, 3}) {
        slot.next() = value;
        slot.publish();
    }
    EXPECT_TRUE(slot.take());
    EXPECT_EQ(slot.value(), 3);
    EXPECT_FALSE(slot.take());
    EXPECT_EQ(slot.value(), 3);
}

TEST(Slot, WhatIsNotPublishedIsNotSeen) {
    Slot<int> slot(1);
    slot.next() = 2;
    EXPECT_FALSE(slot.take());
    EXPECT_EQ(slot.value(), 1);
}

TEST(Slot, NeverTearsAndNeverGoesBack) {
    constexpr int kValues = 20'000;
    Slot<std::vector<int>> slot(std::vector<int>(33, 0));
    std::thread writer([&] {
        for (int i = 1; i <= kValues; ++i) {
            for (int& one : slot.next()) one = i;
            slot.publish();
        }
    });
    int last = 0;
    while (last < kValues) {
        if (!slot.take()) {
            std::this_thread::yield();
            continue;
        }
        const std::vector<int>& value = slot.value();
        ASSERT_GT(value[0], last);
        for (const int one : value) ASSERT_EQ(one, value[0]);
        last = value[0];
    }
    writer.join();
}

}  // namespace
}  // namespace weft::runtime

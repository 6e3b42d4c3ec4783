#include "driver/live/sound_tap.h"

#include <gtest/gtest.h>

#include <thread>

namespace weft::driver {
namespace {

TEST(SoundTap, NothingUnlessWanted) {
    SoundTap tap(1);
    const float samples[4] = {1, 2, 3, 4};
    const float* channels[1] = {samples};
    tap.put(0, channels, 4);
    int blocks = 0;
    const auto count = [&](std::int64_t, const float*, std::uint32_t, std::uint64_t,
                           std::uint64_t) { ++blocks; };
    tap.drain(count);
    tap.open(true);
    tap.drain(count);
    EXPECT_EQ(blocks, 0);
    tap.put(4, channels, 4);
    tap.open(false);
    tap.put(8, channels, 4);
    tap.drain(count);
    EXPECT_EQ(blocks, 1);
}

TEST(SoundTap, WhatIsNotFetchedIsLeftOutWhole) {
    SoundTap tap(1);
    tap.open(true);
    const float sample = 5;
    const float* channels[1] = {&sample};
    for (int i = 0; i < 1000; ++i) tap.put(i, channels, 1);
    std::int64_t next = 0;
    tap.drain([&](std::int64_t first, const float* samples, std::uint32_t, std::uint64_t n,
                  std::uint64_t) {
        EXPECT_EQ(first, next++);
        EXPECT_EQ(n, 1u);
        EXPECT_EQ(samples[0], 5.0f);
    });
    EXPECT_GT(next, 100);
    EXPECT_LT(next, 1000);
    tap.put(5000, channels, 1);
    tap.drain([&](std::int64_t first, const float*, std::uint32_t, std::uint64_t, std::uint64_t) {
        next = first;
    });
    EXPECT_EQ(next, 5000);
}

TEST(SoundTap, FromOneThreadToAnother) {
    SoundTap tap(2);
    tap.open(true);
    constexpr std::int64_t kSamples = 300'000;
    std::atomic<bool> done{false};
    std::thread writer([&] {
        std::vector<float> left(1500), right(1500);
        for (std::int64_t first = 0; first < kSamples; first += 1500) {
            for (std::size_t i = 0; i < 1500; ++i) {
                left[i] = static_cast<float>(first + static_cast<std::int64_t>(i));
                right[i] = -left[i];
            }
            const float* channels[2] = {left.data(), right.data()};
            tap.put(first, channels, 1500);
        }
        done = true;
    });
    std::int64_t fetched = 0;
    for (bool last = false; !last;) {
        last = done;
        tap.drain([&](std::int64_t first, const float* samples, std::uint32_t channels,
                      std::uint64_t count, std::uint64_t stride) {
            ASSERT_EQ(channels, 2u);
            for (std::uint64_t i = 0; i < count; ++i) {
                const auto at = static_cast<float>(first + static_cast<std::int64_t>(i));
                ASSERT_EQ(samples[i], at);
                ASSERT_EQ(samples[stride + i], -at);
            }
            fetched += static_cast<std::int64_t>(count);
        });
    }
    writer.join();
    EXPECT_GT(fetched, 0);
}

}  // namespace
}  // namespace weft::driver

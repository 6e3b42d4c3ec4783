// Sound of the past: what is written is read, at the sample it belongs to, while more is written.
#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <limits>
#include <thread>

#include <sys/stat.h>

#include "eval/eval.h"
#include "runtime/ring.h"

namespace weft::runtime {
namespace {

struct RingTest : testing::Test {
    MemoryPool pool{64 << 20};

    std::unique_ptr<Ring> make(std::uint32_t channels, std::uint64_t samples, std::uint64_t slack) {
        auto ring = Ring::make(pool, channels, samples, slack);
        EXPECT_TRUE(ring.ok());
        return std::move(*ring);
    }
    // As back ends read it: sample `now - back`.
    static float at(const Ring& ring, std::uint32_t channel, std::int64_t now, double back) {
        const weft_handle& handle = ring.handle(channel);
        return static_cast<float>(weft_grid_read(&handle.grid, handle.view->data, now, 0, &back));
    }
    static float sound(std::uint32_t channel, std::int64_t n) {
        return static_cast<float>(n % 100'003) + 0.25F * static_cast<float>(channel);
    }
    static void write(Ring& ring, std::int64_t first, std::uint64_t count) {
        std::vector<std::vector<float>> blocks(ring.channels(), std::vector<float>(count));
        std::vector<const float*> planes;
        for (std::uint32_t c = 0; c < ring.channels(); ++c) {
            for (std::uint64_t i = 0; i < count; ++i) {
                blocks[c][i] = sound(c, first + static_cast<std::int64_t>(i));
            }
            planes.push_back(blocks[c].data());
        }
        ring.write(first, planes.data(), ring.channels(), count);
    }
};

TEST_F(RingTest, IsMemoryThatOthersCanUse) {
    const auto ring = make(3, 1000, 500);
    for (std::uint32_t c = 0; c < 3; ++c) {
        const weft_handle& handle = ring->handle(c);
        EXPECT_EQ(handle.kind, WEFT_HANDLE_HOST);
        EXPECT_EQ(reinterpret_cast<std::uintptr_t>(handle.view->data) % 4096, 0u);
        EXPECT_EQ(handle.grid.axes[0].count, 1000u);
        EXPECT_GE(handle.grid.axes[0].capacity, 1500u);
        struct stat file {};
        ASSERT_EQ(fstat(handle.memory_fd, &file), 0);
        EXPECT_GE(static_cast<std::uint64_t>(file.st_size), handle.memory_size);
        EXPECT_LE(handle.memory_offset + 1500 * sizeof(float), handle.memory_size);
    }
    EXPECT_EQ(ring->newest(), -1);
    EXPECT_EQ(at(*ring, 1, -1, 0), 0);
    EXPECT_EQ(at(*ring, 1, 10, 900), 0);
}

TEST_F(RingTest, HoldsTheNewestHoweverBlocksAreCut) {
    const auto ring = make(2, 700, 300);
    std::int64_t next = 0;
    for (const std::uint64_t count : {1, 64, 63, 999, 128, 1, 1000, 512, 37}) {
        write(*ring, next, count);
        next += static_cast<std::int64_t>(count);
        EXPECT_EQ(ring->newest(), next - 1);
        EXPECT_EQ(ring->handle(0).view->tick, next - 1);
        // A reader that began with any sample up to `slack` before finds all it may ask for.
        for (const std::int64_t late : {0, 1, 300}) {
            const std::int64_t now = next - 1 - late;
            for (const int back : {0, 1, 350, 699}) {
                const std::int64_t n = now - back;
                EXPECT_EQ(at(*ring, 1, now, back), n < 0 ? 0 : sound(1, n)) << n;
            }
        }
    }
}

TEST_F(RingTest, WhatIsMissingIsSilent) {
    const auto ring = make(2, 100, 50);
    write(*ring, 0, 60);
    write(*ring, 80, 10);  // the device was away
    EXPECT_EQ(at(*ring, 0, 89, 30), sound(0, 59));
    EXPECT_EQ(at(*ring, 0, 89, 29), 0);
    EXPECT_EQ(at(*ring, 0, 89, 10), 0);
    EXPECT_EQ(at(*ring, 0, 89, 9), sound(0, 80));
    // One channel where there are two, none, and numbers that are none.
    const float odd[] = {NAN, INFINITY, -INFINITY, 0.5F};
    const float* planes[] = {odd};
    ring->write(90, planes, 1, 4);
    EXPECT_EQ(at(*ring, 0, 93, 3), 0);
    EXPECT_EQ(at(*ring, 0, 93, 2), 0);
    EXPECT_EQ(at(*ring, 0, 93, 1), 0);
    EXPECT_EQ(at(*ring, 0, 93, 0), 0.5F);
    EXPECT_EQ(at(*ring, 1, 93, 0), 0);
    ring->write(94, nullptr, 0, 400);
    EXPECT_EQ(ring->newest(), 493);
    EXPECT_EQ(at(*ring, 0, 493, 99), 0);
    // Far behind a gap that is longer than the ring.
    write(*ring, 1'000'000'000'000, 3);
    EXPECT_EQ(at(*ring, 0, 1'000'000'000'002, 0), sound(0, 1'000'000'000'002));
    EXPECT_EQ(at(*ring, 0, 1'000'000'000'002, 3), 0);
}

// What is written again takes the place of what was there, and the newest sample stays.
TEST_F(RingTest, MayBeWrittenOverAgain) {
    const auto ring = make(1, 100, 10);
    write(*ring, 0, 50);
    const float other[] = {7, 8};
    const float* planes[] = {other};
    ring->write(20, planes, 1, 2);
    EXPECT_EQ(ring->newest(), 49);
    EXPECT_EQ(at(*ring, 0, 49, 29), 7);
    EXPECT_EQ(at(*ring, 0, 49, 27), sound(0, 22));
}

// One writes as fast as it can, as long as it is not `slack` ahead of who reads, which no device
// is. Nothing that is read is torn, and no lock says so.
TEST_F(RingTest, IsReadWhileItIsWritten) {
    const auto ring = make(1, 2048, 1024);
    std::atomic<std::int64_t> reading{0};
    std::atomic<bool> done{false};
    std::thread writer([&] {
        std::int64_t next = 0;
        std::uint64_t count = 1;
        while (!done.load(std::memory_order_relaxed)) {
            count = count * 31 % 257;
            const auto end = next + static_cast<std::int64_t>(count);
            if (end - 1 - reading.load(std::memory_order_acquire) > 1024) {
                std::this_thread::yield();
                continue;
            }
            write(*ring, next, count);
            next = end;
        }
    });
    std::int64_t wrong = 0;
    std::int64_t seen = 0;
    while (seen < 3'000'000) {
        const std::int64_t now = ring->newest();
        if (now == seen || now < 0) {
            std::this_thread::yield();
            continue;
        }
        for (std::int64_t back = 0; back < 2048; back += 7) {
            const std::int64_t n = now - back;
            wrong += at(*ring, 0, now, static_cast<double>(back)) != (n < 0 ? 0 : sound(0, n));
        }
        seen = now;
        reading.store(now, std::memory_order_release);
    }
    done = true;
    writer.join();
    EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace weft::runtime

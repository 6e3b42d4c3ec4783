// Pictures of a source with one picture in memory, kept for who reads a little behind.
#include "runtime/picture_ring.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <thread>
#include <vector>

#include <weft/sampling.h>

namespace weft::runtime {
namespace {

constexpr std::uint64_t kWidth = 5;
constexpr std::uint64_t kHeight = 3;

// A source of 5x3 numbers. Upside down: the rows of its memory go up.
struct Camera {
    std::array<float, kWidth * kHeight> memory{};
    weft_view view{};
    weft_handle handle{};

    explicit Camera(bool upside_down = false) {
        view.data = upside_down ? &memory[kWidth * (kHeight - 1)] : memory.data();
        handle.struct_size = sizeof handle;
        handle.kind = WEFT_HANDLE_HOST;
        handle.view = &view;
        handle.memory_fd = -1;
        handle.grid.format = WEFT_FORMAT_F32;
        handle.grid.channels = 1;
        handle.grid.axis_count = 3;
        const std::int64_t row = kWidth * sizeof(float);
        handle.grid.axes[0] = axis(WEFT_FIELD_X, kWidth, sizeof(float));
        handle.grid.axes[1] = axis(WEFT_FIELD_Y, kHeight, upside_down ? -row : row);
        handle.grid.axes[2] = axis(WEFT_FIELD_TIME, 1, row * kHeight);
    }
    static weft_axis axis(std::uint32_t field, std::uint64_t count, std::int64_t stride) {
        weft_axis axis{};
        axis.field = field;
        axis.filter = WEFT_FILTER_FLOOR;
        axis.count = count;
        axis.step = 1;
        axis.stride = stride;
        return axis;
    }
    void show(double number) {
        for (std::uint64_t i = 0; i < memory.size(); ++i) {
            memory[i] = static_cast<float>(number * 100) + static_cast<float>(i);
        }
        ++view.generation;
    }
    [[nodiscard]] double at(double x, double y) const {
        const std::array<double, 4> place{x, y, 0};
        return weft_grid_read(&handle.grid, view.data, 0, 0, place.data());
    }
};

// As a kernel reads that is computed for `tick`, whatever time it asks for.
double read(const PictureRing& ring, std::int64_t tick, double x, double y, double time = 0) {
    const weft_handle& handle = ring.handle();
    const std::array<double, 4> place{x, y, time};
    return weft_grid_read(&handle.grid, handle.view->data, tick, 0, place.data());
}

void expect_kept(bool upside_down) {
    MemoryPool pool(1 << 20);
    Camera camera(upside_down);
    auto ring = PictureRing::make(pool, camera.handle, 2);
    ASSERT_TRUE(ring.ok());
    EXPECT_EQ(read(**ring, -1, 2, 1), 0);
    std::array<double, 40> corner{};
    std::array<double, 40> end{};
    for (std::int64_t tick = 0; tick < 40; ++tick) {
        if (tick % 3 != 1) camera.show(static_cast<double>(tick));  // slower than the frames
        corner[static_cast<std::size_t>(tick)] = camera.at(0, 0);
        end[static_cast<std::size_t>(tick)] = camera.at(4, 2);
        (*ring)->keep(tick);
        for (std::int64_t t = std::max<std::int64_t>(0, tick - TickGate::kSpare); t <= tick; ++t) {
            EXPECT_EQ(read(**ring, t, 0, 0), corner[static_cast<std::size_t>(t)]) << tick << t;
            EXPECT_EQ(read(**ring, t, 4, 2, 17.3), end[static_cast<std::size_t>(t)]) << tick << t;
        }
    }
}

TEST(PictureRing, KeepsAsManyPicturesAsFramesMayBeAhead) {
    expect_kept(false);
    expect_kept(true);
}

// Its picture may be half written, or gone.
TEST(PictureRing, OfASourceThatFailedKeepsTheLastPicture) {
    MemoryPool pool(1 << 20);
    Camera camera;
    auto ring = PictureRing::make(pool, camera.handle, 2);
    ASSERT_TRUE(ring.ok());
    for (std::int64_t tick = 0; tick < 4; ++tick) {
        camera.show(static_cast<double>(tick));
        (*ring)->keep(tick);
    }
    camera.show(99);
    for (std::int64_t tick = 4; tick < 12; ++tick) {
        (*ring)->repeat(tick);
        EXPECT_EQ(read(**ring, tick, 1, 0), 301) << tick;
    }
    (*ring)->keep(12);
    EXPECT_EQ(read(**ring, 12, 1, 0), 9901);
}

// One thread writes pictures, another reads them where they are: no block hears two of them.
TEST(PictureRing, NobodyReadsPartsOfTwoPictures) {
    constexpr int kBlocks = 300;
    MemoryPool pool(1 << 20);
    Camera camera;
    auto ring = PictureRing::make(pool, camera.handle, 2);
    ASSERT_TRUE(ring.ok());
    TickGate gate;
    std::atomic<std::int64_t> newest{-1};
    std::atomic<bool> ends{false};
    std::thread frames([&] {
        for (std::int64_t tick = 0; !ends.load(); ++tick) {
            gate.write(tick);
            camera.show(static_cast<double>(tick % 1000));
            (*ring)->keep(tick);
            newest.store(tick, std::memory_order_release);
        }
    });
    int torn = 0;
    for (int block = 0; block < kBlocks;) {
        const std::int64_t tick = newest.load(std::memory_order_acquire);
        if (tick < 0) continue;
        const std::int64_t at = gate.enter(0, tick);
        // As long as frames take for some.
        for (std::uint64_t n = 0; n < kWidth * kHeight * 20; ++n) {
            const std::uint64_t i = n % (kWidth * kHeight);
            const std::uint64_t row = i / kWidth;
            const double number =
                read(**ring, at, static_cast<double>(i % kWidth), static_cast<double>(row));
            torn += number == static_cast<float>(at % 1000 * 100) + static_cast<float>(i) ? 0 : 1;
        }
        gate.leave(0);
        ++block;
    }
    ends.store(true);
    frames.join();
    EXPECT_EQ(torn, 0);
}

}  // namespace
}  // namespace weft::runtime

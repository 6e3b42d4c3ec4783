// Reading grids: every filter, wrap and format of grid.h.
#include "eval/eval.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
const double kNaN = std::nan("");

weft_axis axis(std::uint32_t filter, std::uint32_t wrap, std::uint64_t count, std::int64_t stride,
               double origin = 0, double step = 1) {
    weft_axis a{};
    a.filter = filter;
    a.wrap = wrap;
    a.count = count;
    a.stride = stride;
    a.origin = origin;
    a.step = step;
    return a;
}

weft_grid line(const weft_axis& a, std::uint32_t format = WEFT_FORMAT_F32) {
    weft_grid g{};
    g.axis_count = 1;
    g.format = format;
    g.channels = 1;
    g.axes[0] = a;
    return g;
}

struct Line {
    std::vector<float> data{10, 20, 40, 80};
    weft_grid grid;

    Line(std::uint32_t filter, std::uint32_t wrap)
        : grid(line(axis(filter, wrap, 4, sizeof(float)))) {}
    [[nodiscard]] double at(double u) const { return weft_grid_read(&grid, data.data(), 0, 0, &u); }
};

TEST(EvalGrid, LinearBetweenPoints) {
    const Line l(WEFT_FILTER_LINEAR, WEFT_WRAP_CLAMP);
    EXPECT_EQ(l.at(0), 10);
    EXPECT_EQ(l.at(0.5), 15);
    EXPECT_EQ(l.at(2.25), 50);
    EXPECT_EQ(l.at(3), 80);
}

TEST(EvalGrid, FloorTakesThePointBelow) {
    const Line l(WEFT_FILTER_FLOOR, WEFT_WRAP_CLAMP);
    EXPECT_EQ(l.at(0.99), 10);
    EXPECT_EQ(l.at(1), 20);
    EXPECT_EQ(l.at(-0.01), 10);
}

TEST(EvalGrid, Clamp) {
    const Line l(WEFT_FILTER_LINEAR, WEFT_WRAP_CLAMP);
    EXPECT_EQ(l.at(-5), 10);
    EXPECT_EQ(l.at(3.5), 80);
    EXPECT_EQ(l.at(1e30), 80);
    EXPECT_EQ(l.at(kInf), 80);
    EXPECT_EQ(l.at(-kInf), 10);
    EXPECT_TRUE(std::isnan(l.at(kNaN)));
}

TEST(EvalGrid, Repeat) {
    const Line l(WEFT_FILTER_LINEAR, WEFT_WRAP_REPEAT);
    EXPECT_EQ(l.at(4), 10);
    EXPECT_EQ(l.at(3.5), 45);
    EXPECT_EQ(l.at(-1), 80);
    EXPECT_EQ(l.at(-4001), 80);
    EXPECT_TRUE(std::isnan(l.at(kInf)));
}

TEST(EvalGrid, MirrorRepeatsTheEdge) {
    const Line l(WEFT_FILTER_LINEAR, WEFT_WRAP_MIRROR);
    EXPECT_EQ(l.at(-1), 10);
    EXPECT_EQ(l.at(-2), 20);
    EXPECT_EQ(l.at(4), 80);
    EXPECT_EQ(l.at(5), 40);
    EXPECT_EQ(l.at(3.5), 80);
    EXPECT_EQ(l.at(8), 10);
}

TEST(EvalGrid, ZeroFadesOverOneStep) {
    const Line l(WEFT_FILTER_LINEAR, WEFT_WRAP_ZERO);
    EXPECT_EQ(l.at(-0.5), 5);
    EXPECT_EQ(l.at(-1), 0);
    EXPECT_EQ(l.at(3.5), 40);
    EXPECT_EQ(l.at(kInf), 0);
    EXPECT_EQ(l.at(-1e300), 0);
}

TEST(EvalGrid, APointIsNotTouchedByItsNeighbour) {
    Line l(WEFT_FILTER_LINEAR, WEFT_WRAP_CLAMP);
    l.data[2] = std::numeric_limits<float>::infinity();
    EXPECT_EQ(l.at(1), 20);
    EXPECT_EQ(l.at(1.5), kInf);
}

TEST(EvalGrid, RingCountsBackFromNow) {
    std::vector<double> slots{100, 101, 102, 103, 104};  // tick t in slot t mod 5
    weft_axis a = axis(WEFT_FILTER_FLOOR, WEFT_WRAP_RING, 3, sizeof(double));
    a.capacity = 5;
    const weft_grid g = line(a, WEFT_FORMAT_F64);
    const auto at = [&](std::int64_t now, double k) {
        return weft_grid_read(&g, slots.data(), now, 0, &k);
    };
    EXPECT_EQ(at(4, 0), 104);
    EXPECT_EQ(at(4, 1), 103);
    EXPECT_EQ(at(4, 1.9), 103);
    EXPECT_EQ(at(4, 3), 104);   // modulo N, not modulo the capacity
    EXPECT_EQ(at(4, -1), 102);  // negative wraps
    EXPECT_EQ(at(6, 0), 101);
    EXPECT_EQ(at(0, 2), 103);  // before the first tick: as it stands in memory
    EXPECT_EQ(at(4, kNaN), 0);
    EXPECT_EQ(at(4, kInf), 0);
}

TEST(EvalGrid, PicturesInterpolateInBothDirections) {
    std::vector<float> data{0, 1, 2, 3, 4, 5};  // 3 across, 2 down
    weft_grid g{};
    g.axis_count = 2;
    g.channels = 1;
    g.axes[0] = axis(WEFT_FILTER_LINEAR, WEFT_WRAP_CLAMP, 3, 4, 0.5 / 3, 1.0 / 3);
    g.axes[1] = axis(WEFT_FILTER_LINEAR, WEFT_WRAP_CLAMP, 2, 12, 0.25, 0.5);
    const auto at = [&](double x, double y) {
        const double c[2] = {x, y};
        return weft_grid_read(&g, data.data(), 0, 0, c);
    };
    EXPECT_DOUBLE_EQ(at(0.5, 0.25), 1);
    EXPECT_DOUBLE_EQ(at(0.5, 0.5), 2.5);
    EXPECT_DOUBLE_EQ(at(1.0 / 3, 0.5), 2);
    EXPECT_EQ(at(0, 0), 0);
    EXPECT_EQ(at(1, 1), 5);
    EXPECT_TRUE(std::isnan(at(kNaN, 0)));
}

TEST(EvalGrid, NaNBesideARingThatReadsNothing) {
    std::vector<float> data(8, 7.0f);
    weft_grid g{};
    g.axis_count = 2;
    g.channels = 1;
    g.axes[0] = axis(WEFT_FILTER_LINEAR, WEFT_WRAP_CLAMP, 4, 4);
    g.axes[1] = axis(WEFT_FILTER_FLOOR, WEFT_WRAP_RING, 2, 16);
    g.axes[1].capacity = 2;
    const double nan_x[2] = {kNaN, kInf};
    EXPECT_TRUE(std::isnan(weft_grid_read(&g, data.data(), 0, 0, nan_x)));
    const double far_k[2] = {1, kInf};
    EXPECT_EQ(weft_grid_read(&g, data.data(), 0, 0, far_k), 0);
}

TEST(EvalGrid, StoreAndLoadEveryFormat) {
    const double values[] = {0, 1, 0.5, 0.25, -3, 7, kNaN, 0.1};
    for (const std::uint32_t format :
         {WEFT_FORMAT_F32, WEFT_FORMAT_F64, WEFT_FORMAT_RGBA8, WEFT_FORMAT_RGBA16}) {
        const bool packed = format == WEFT_FORMAT_RGBA8 || format == WEFT_FORMAT_RGBA16;
        weft_grid g = line(axis(WEFT_FILTER_LINEAR, WEFT_WRAP_CLAMP, 2, 8), format);
        g.channels = packed ? 1 : 4;
        g.channel_stride = packed ? 0 : 16;
        std::vector<double> memory(16);
        for (const double v : values) {
            for (std::uint32_t c = 0; c < 4; ++c) {
                const std::uint64_t index = 1;
                weft_grid_store(&g, memory.data(), c, &index, v);
                const double got = weft_grid_load(&g, memory.data(), c, &index);
                const double steps = format == WEFT_FORMAT_RGBA8 ? 255 : 65535;
                const double clamped = v > 0 ? std::fmin(v, 1) : 0;
                if (packed) {
                    EXPECT_EQ(got, std::floor(clamped * steps + 0.5) / steps) << v;
                } else if (std::isnan(v)) {
                    EXPECT_TRUE(std::isnan(got));
                } else {
                    EXPECT_EQ(got, format == WEFT_FORMAT_F32
                                       ? static_cast<double>(static_cast<float>(v))
                                       : v);
                }
            }
        }
    }
}

}  // namespace

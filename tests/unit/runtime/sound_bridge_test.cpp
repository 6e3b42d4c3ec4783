// Sound between two clocks: a tone that goes over is the same tone, whatever the rates, however
// far the clocks drift apart, and whoever is late.
#include "runtime/sound_bridge.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>
#include <utility>
#include <vector>

namespace weft::runtime {
namespace {

constexpr double kTone = 997;  // Hz

// Two devices that take turns by their own clocks.
struct Two {
    double writer_rate = 48000;  // as both say
    double reader_rate = 48000;
    double drift = 0;  // by how much the writer is faster, in parts of one
    std::uint64_t writer_block = 256;
    std::uint64_t reader_block = 256;
    double reader_latency = 0;  // seconds more than the writer's

    // A writer that plays a tone, and what is read of it for so many seconds; it is away for a
    // while if `away` says when.
    std::vector<float> run(double seconds, double away_from = 1e9, double away_to = 1e9) {
        Clock clock(writer_rate);
        clock.start(100, 0);
        bridge.emplace(writer_rate, reader_rate, 1);
        const double period = static_cast<double>(writer_block) / writer_rate / (1 + drift);
        std::vector<float> heard;
        std::vector<float> block(std::max(writer_block, reader_block));
        double next_write = 100;
        bool away = false;
        for (double now = 100; now < 100 + seconds;
             now += static_cast<double>(reader_block) / reader_rate) {
            for (; next_write <= now; next_write += period) {
                if (next_write > 100 + away_from && next_write < 100 + away_to) {
                    away = true;
                    continue;
                }
                const std::int64_t first =
                    clock.block(next_write, writer_block, std::exchange(away, false));
                for (std::uint64_t i = 0; i < writer_block; ++i) {
                    const auto n = static_cast<double>(first) + static_cast<double>(i);
                    block[i] = static_cast<float>(
                        0.5 * std::sin(2 * std::numbers::pi * kTone * n / writer_rate));
                }
                const float* channels[] = {block.data()};
                bridge->write(clock.line(), first, channels, writer_block);
            }
            float* channels[] = {block.data()};
            bridge->read(now + reader_latency, reader_block, channels);
            heard.insert(heard.end(), block.begin(),
                         block.begin() + static_cast<std::ptrdiff_t>(reader_block));
        }
        return heard;
    }

    std::optional<SoundBridge> bridge;
};

// What is left of the last `count` samples without the tone that fits best, against the tone.
double rest(const std::vector<float>& heard, std::size_t count, double frequency) {
    const float* const x = heard.data() + heard.size() - count;
    double ss = 0, sc = 0, cc = 0, xs = 0, xc = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const double angle = 2 * std::numbers::pi * frequency * static_cast<double>(i);
        const double s = std::sin(angle);
        const double c = std::cos(angle);
        ss += s * s;
        sc += s * c;
        cc += c * c;
        xs += x[i] * s;
        xc += x[i] * c;
    }
    const double det = ss * cc - sc * sc;
    const double a = (xs * cc - xc * sc) / det;
    const double b = (xc * ss - xs * sc) / det;
    double off = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const double angle = 2 * std::numbers::pi * frequency * static_cast<double>(i);
        const double e = x[i] - a * std::sin(angle) - b * std::cos(angle);
        off += e * e;
    }
    EXPECT_NEAR(std::hypot(a, b), 0.5, 0.005);
    return std::sqrt(off / static_cast<double>(count)) / (0.5 / std::numbers::sqrt2);
}

TEST(SoundBridge, KeepsATone) {
    for (const double reader_rate : {48000.0, 44100.0, 96000.0, 32000.0}) {
        for (const double drift : {0.0, 200e-6, -200e-6}) {
            Two two;
            two.reader_rate = reader_rate;
            two.drift = drift;
            two.reader_block = 192;
            const auto heard = two.run(20);
            const double frequency = kTone * (1 + drift) / reader_rate;
            // A quarter of a second of it: nothing but the tone, to -60 dB.
            EXPECT_LT(rest(heard, static_cast<std::size_t>(reader_rate / 4), frequency), 1e-3)
                << reader_rate << " " << drift;
            EXPECT_EQ(two.bridge->gaps(), 0u) << reader_rate << " " << drift;
            EXPECT_LT(two.bridge->delay(), 0.03);
        }
    }
}

TEST(SoundBridge, FindsOutHowFarTheReaderMustStayBehind) {
    Two two;
    two.reader_latency = 0.05;
    two.writer_block = 1024;
    two.reader_block = 64;
    const auto heard = two.run(10);
    EXPECT_LT(rest(heard, 12000, kTone / two.reader_rate), 1e-3);
    EXPECT_EQ(two.bridge->gaps(), 0u);
    EXPECT_GT(two.bridge->delay(), 0.05);
    EXPECT_LT(two.bridge->delay(), 0.05 + 0.06);
}

TEST(SoundBridge, IsSilentWhileTheWriterIsAway) {
    Two two;
    const auto heard = two.run(12, 4, 6);
    const auto at = [&](double seconds) {
        return heard.begin() + static_cast<std::ptrdiff_t>(seconds * two.reader_rate);
    };
    EXPECT_TRUE(std::all_of(at(4.5), at(5.9), [](float x) { return x == 0; }));
    EXPECT_TRUE(std::any_of(at(6.2), at(6.5), [](float x) { return x > 0.4F; }));
    EXPECT_LT(rest(heard, 12000, kTone / two.reader_rate), 1e-3);
    // Who is away is not waited for ever longer.
    EXPECT_LT(two.bridge->delay(), 0.05);
    EXPECT_LE(two.bridge->gaps(), 2u);
}

TEST(SoundBridge, HasNothingBeforeTheFirstBlock) {
    SoundBridge bridge(48000, 48000, 2);
    std::vector<float> left(64, 1);
    std::vector<float> right(64, 1);
    float* channels[] = {left.data(), right.data()};
    bridge.read(5, 64, channels);
    EXPECT_EQ(left, std::vector<float>(64));
    EXPECT_EQ(right, std::vector<float>(64));
    EXPECT_EQ(bridge.gaps(), 0u);
}

TEST(Resampler, LeavesOutWhatFoldsOver) {
    // 20 kHz at 96 kHz has no place at 32 kHz, nor has what it would fold to, 12 kHz.
    const Resampler resampler(3);
    std::vector<float> source(96000);
    for (std::size_t n = 0; n < source.size(); ++n) {
        source[n] = static_cast<float>(
            std::sin(2 * std::numbers::pi * 20000 * static_cast<double>(n) / 96000));
    }
    float most = 0;
    for (std::size_t n = 0; n + 64 < source.size(); n += 3) {
        most = std::max(most, std::abs(resampler.at(source.data() + n, 0)));
    }
    EXPECT_LT(most, 0.01);
}

}  // namespace
}  // namespace weft::runtime

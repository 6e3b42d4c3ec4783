// The one clock: it follows a device whose times tremble, never steps, and is exact after weeks.
#include "runtime/clock.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace weft::runtime {
namespace {

constexpr double kRate = 48000;

// A sound device whose crystal is off by `ppm`, and whose times tremble by up to `jitter` seconds.
struct Device {
    double begin = 100;
    double ppm = 0;
    double jitter = 0;
    std::uint64_t block = 256;
    std::uint64_t played = 0;
    double away = 0;  // seconds that it did not count
    std::mt19937 random{7};

    [[nodiscard]] double now() const {
        return begin + away + static_cast<double>(played) / (kRate * (1 + ppm * 1e-6));
    }
    std::int64_t play(Clock& clock, bool resumed = false) {
        std::uniform_real_distribution<double> tremble(-jitter, jitter);
        const std::int64_t first = clock.block(now() + tremble(random), block, resumed);
        played += block;
        return first;
    }
};

TEST(Clock, GoesByTheRateAloneWithoutADevice) {
    Clock clock(kRate);
    EXPECT_FALSE(clock.started());
    clock.start(50, 0);
    EXPECT_TRUE(clock.started());
    EXPECT_DOUBLE_EQ(clock.sample_at(51), kRate);
    EXPECT_DOUBLE_EQ(clock.moment_of(kRate / 2), 50.5);
    EXPECT_EQ(clock.drift(), 0);
    // Whoever computes gets every sample once.
    std::int64_t next = 0;
    for (double moment = 50; moment < 52; moment += 0.0173) {
        const Clock::Due due = clock.follow(moment);
        EXPECT_EQ(due.first, next);
        next += static_cast<std::int64_t>(due.count);
        EXPECT_NEAR(static_cast<double>(next), (moment - 50) * kRate, 1.001);
    }
}

TEST(Clock, EveryBlockFollowsTheOneBefore) {
    Clock clock(kRate);
    Device device{.jitter = 0.002};
    clock.start(device.now(), 0);
    std::int64_t expected = 0;
    for (int b = 0; b < 5000; ++b, expected += 256) {
        ASSERT_EQ(device.play(clock), expected);
    }
}

TEST(Clock, FindsHowFastADeviceReallyIs) {
    // The last one is what a server without a sound card counts where the machine is busy.
    for (const double ppm : {-300.0, -150.0, 0.0, 80.0, 300.0, -1800.0}) {
        Clock clock(kRate);
        Device device{.ppm = ppm, .jitter = 0.0005};
        clock.start(device.now(), 0);
        for (int b = 0; b < 20 * 60 * 188; ++b) {
            (void)device.play(clock);
        }
        EXPECT_NEAR(clock.drift(), ppm, 8) << ppm;
        const double moment = device.now();
        EXPECT_NEAR(clock.sample_at(moment), static_cast<double>(device.played), 0.0005 * kRate);
    }
}

// Read as a frame thread reads it, from block to block and between them.
TEST(Clock, NeverStepsWhateverADeviceTells) {
    Clock clock(kRate);
    Device device{.ppm = 300, .jitter = 0.003};
    clock.start(device.now(), 0);
    double before = -1;
    double then = 0;
    for (int b = 0; b < 20000; ++b) {
        if (b == 8000) {
            device.away += 0.05;  // an underrun: time went on, the device did not
        }
        (void)device.play(clock);
        for (const double part : {0.0, 0.5}) {
            const double moment = device.now() - 0.02 + part * 256 / kRate;
            const double sample = clock.sample_at(moment);
            if (before >= 0 && moment > then) {
                const double speed = (sample - before) / ((moment - then) * kRate);
                EXPECT_GT(speed, 0.9) << b;
                EXPECT_LT(speed, 1.1) << b;
                EXPECT_GT(sample, before);
            }
            before = sample;
            then = moment;
        }
    }
    EXPECT_NEAR(clock.drift(), 300, 60);
}

TEST(Clock, AfterALossSoundGoesOnAtTheSampleThatItIsThen) {
    Clock clock(kRate);
    Device device;
    clock.start(device.now(), 0);
    for (int b = 0; b < 2000; ++b) {
        (void)device.play(clock);
    }
    const double gone = 7.25;
    const double expected = clock.sample_at(device.now() + gone);
    device.away += gone;
    const std::int64_t first = device.play(clock, true);
    EXPECT_NEAR(static_cast<double>(first), expected, 2);
    EXPECT_EQ(device.play(clock), first + 256);
    // What was computed meanwhile by the clock alone is not computed again.
    const double moment = device.now() + 3;
    const Clock::Due due = clock.follow(moment);
    device.away += 3.1;
    EXPECT_GE(device.play(clock, true), due.first + static_cast<std::int64_t>(due.count));
}

// The process stood still, and nobody tells that the device was away.
TEST(Clock, AStandstillIsLeftOut) {
    Clock clock(kRate);
    Device device{.ppm = 100, .jitter = 0.0005};
    clock.start(device.now(), 0);
    for (int b = 0; b < 60 * 188; ++b) {
        (void)device.play(clock);
    }
    const double drift = clock.drift();
    double left_out = 0;
    for (const double seconds : {0.4, 3.0, 86400.0}) {
        const double expected = clock.sample_at(device.now() + seconds);
        left_out += expected - clock.sample_at(device.now());
        device.away += seconds;
        EXPECT_NEAR(static_cast<double>(device.play(clock)), expected, 0.001 * kRate);
        EXPECT_NEAR(clock.drift(), drift, 1) << seconds;
    }
    EXPECT_NEAR(static_cast<double>(clock.skipped()), left_out, 0.01 * kRate);
}

TEST(Clock, IsExactAfterWeeks) {
    Clock clock(kRate);
    const double weeks = 6.0 * 7 * 86400;
    clock.start(1000, 0);
    EXPECT_DOUBLE_EQ(clock.sample_at(1000 + weeks), weeks * kRate);
    EXPECT_NEAR(clock.moment_of(weeks * kRate + 1) - clock.moment_of(weeks * kRate), 1 / kRate,
                1e-9);
    // A device that joins then begins with the sample of that moment.
    EXPECT_EQ(clock.block(1000 + weeks, 64, true), std::llround(weeks * kRate));
    EXPECT_EQ(clock.block(1000 + weeks + 64 / kRate, 64, false), std::llround(weeks * kRate) + 64);
}

}  // namespace
}  // namespace weft::runtime

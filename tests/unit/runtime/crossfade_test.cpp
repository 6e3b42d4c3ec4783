// The weights of a fade.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "runtime/crossfade.h"

namespace weft::runtime {
namespace {

constexpr double kRate = 48000;

// Two signals, mixed in blocks of any size from sample `start` on.
std::vector<float> mixed(const std::vector<float>& from, const std::vector<float>& to,
                         std::int64_t start, std::int64_t begin, std::size_t block) {
    Crossfade fade(kRate);
    fade.begin(begin);
    std::vector<float> result = to;
    for (std::size_t at = 0; at < to.size(); at += block) {
        const std::size_t count = std::min(block, to.size() - at);
        fade.mix(start + static_cast<std::int64_t>(at), count, from.data() + at,
                 result.data() + at);
    }
    return result;
}

TEST(Crossfade, EqualGain) {
    const std::vector<float> from(1000, 1.0F);
    const std::vector<float> to(1000, -0.5F);
    const std::vector<float> sound = mixed(from, to, 5000, 5200, 64);
    const std::int64_t length = Crossfade(kRate).length();
    EXPECT_EQ(length, 384);
    for (std::size_t n = 0; n < sound.size(); ++n) {
        if (n < 200) {
            ASSERT_EQ(sound[n], 1.0F) << n;
        } else if (n >= 200 + static_cast<std::size_t>(length)) {
            ASSERT_EQ(sound[n], -0.5F) << n;
        } else {
            const double part = (static_cast<double>(n) - 200 + 0.5) / static_cast<double>(length);
            const double weight = 0.5 - 0.5 * std::cos(part * 3.141592653589793);
            ASSERT_NEAR(sound[n], 1 - 1.5 * weight, 1e-6) << n;
        }
    }
    for (const std::size_t block : {1U, 33U, 128U, 1000U}) {
        EXPECT_EQ(mixed(from, to, 5000, 5200, block), sound) << block;
    }
}

TEST(Crossfade, WhatIsAlikeStaysAsItIs) {
    std::vector<float> signal;
    for (int n = 0; n < 2000; ++n) {
        signal.push_back(static_cast<float>(std::sin(n * 0.0731) * 0.7));
    }
    EXPECT_EQ(mixed(signal, signal, 0, 100, 256), signal);
}

TEST(Crossfade, LargeSampleNumbers) {
    const std::int64_t month = std::int64_t{30} * 86400 * 48000;
    const std::vector<float> from(600, 1.0F);
    const std::vector<float> to(600, 0.0F);
    EXPECT_EQ(mixed(from, to, month, month, 64), mixed(from, to, 0, 0, 600));
}

}  // namespace
}  // namespace weft::runtime

// What each operator means, at the places where meanings are usually lost.
#include "eval/eval.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <set>
#include <string>

namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
const double kNaN = std::nan("");

double op(std::uint32_t number, double a, double b = 0, double c = 0) {
    const double args[3] = {a, b, c};
    return weft_eval_op(number, args);
}

TEST(EvalOps, TableIsComplete) {
    std::set<std::string> ids;
    int rows = 0;
    for (std::uint32_t i = 0; i < WEFT_OP_LIMIT + 5; ++i) {
        const weft_op_info* info = weft_op_info_of(i);
        if (!info) continue;
        ++rows;
        EXPECT_TRUE(ids.insert(info->id).second) << info->id;
        EXPECT_LE(info->arity, 3u);
        EXPECT_NE(std::strlen(info->doc), 0u) << info->id;
        if (i >= 32) {
            EXPECT_GE(info->arity, 1u) << info->id;
            EXPECT_GE(info->cost, 1.0) << info->id;
        }
    }
    EXPECT_EQ(rows, 9 + (WEFT_OP_LIMIT - 32));
    EXPECT_EQ(weft_op_info_of(20), nullptr);
    EXPECT_TRUE(std::isnan(op(20, 1)));
}

TEST(EvalOps, ModIsFlooredToTheLetter) {
    EXPECT_EQ(op(WEFT_OP_MOD, 7, 3), 1);
    EXPECT_EQ(op(WEFT_OP_MOD, -7, 3), 2);
    EXPECT_EQ(op(WEFT_OP_MOD, 7, -3), -2);
    EXPECT_EQ(op(WEFT_OP_MOD, 5.5, 2), 1.5);
    EXPECT_TRUE(std::isnan(op(WEFT_OP_MOD, 1, 0)));
    EXPECT_TRUE(std::isnan(op(WEFT_OP_MOD, 1, kInf)));
}

TEST(EvalOps, TruthAndNaN) {
    EXPECT_EQ(op(WEFT_OP_AND, kNaN, 1), 1);
    EXPECT_EQ(op(WEFT_OP_OR, kNaN, 0), 1);
    EXPECT_EQ(op(WEFT_OP_NOT, kNaN), 0);
    EXPECT_EQ(op(WEFT_OP_NOT, -0.0), 1);
    EXPECT_EQ(op(WEFT_OP_SELECT, 1, 2, kNaN), 2);
    EXPECT_EQ(op(WEFT_OP_SELECT, 0, kNaN, 3), 3);
    EXPECT_EQ(op(WEFT_OP_EQ, kNaN, kNaN), 0);
    EXPECT_EQ(op(WEFT_OP_NE, kNaN, kNaN), 1);
    EXPECT_EQ(op(WEFT_OP_LT, kNaN, 1), 0);
    EXPECT_EQ(op(WEFT_OP_MIN, kNaN, 1), 1);
    EXPECT_EQ(op(WEFT_OP_MAX, 1, kNaN), 1);
    EXPECT_TRUE(std::isnan(op(WEFT_OP_MAX, kNaN, kNaN)));
    EXPECT_TRUE(std::isnan(op(WEFT_OP_SIGN, kNaN)));
}

TEST(EvalOps, Division) {
    EXPECT_EQ(op(WEFT_OP_DIV, 1, 0), kInf);
    EXPECT_EQ(op(WEFT_OP_DIV, -1, 0), -kInf);
    EXPECT_TRUE(std::isnan(op(WEFT_OP_DIV, 0, 0)));
}

TEST(EvalOps, Rounding) {
    EXPECT_EQ(op(WEFT_OP_ROUND, 0.5), 1);
    EXPECT_EQ(op(WEFT_OP_ROUND, -0.5), -1);
    EXPECT_EQ(op(WEFT_OP_ROUND, 2.5), 3);
    EXPECT_EQ(op(WEFT_OP_FLOOR, -0.5), -1);
    EXPECT_EQ(op(WEFT_OP_TRUNC, -1.5), -1);
    EXPECT_EQ(op(WEFT_OP_FRACT, -0.25), 0.75);
    EXPECT_EQ(op(WEFT_OP_SIGN, -3), -1);
}

// The published PCG3D, written out once more with plain 64-bit arithmetic.
double pcg3d(std::uint64_t x, std::uint64_t y, std::uint64_t z) {
    const auto low = [](std::uint64_t v) { return v & 0xffffffffu; };
    x = low(low(x) * 1664525u + 1013904223u);
    y = low(low(y) * 1664525u + 1013904223u);
    z = low(low(z) * 1664525u + 1013904223u);
    x = low(x + low(y * z)), y = low(y + low(z * x)), z = low(z + low(x * y));
    x ^= x >> 16, y ^= y >> 16, z ^= z >> 16;
    x = low(x + low(y * z));
    return static_cast<double>(x >> 8) / 16777216.0;
}

TEST(EvalOps, HashFollowsThePaper) {
    EXPECT_EQ(weft_eval_hash(0, 0, 0), pcg3d(0, 0, 0));
    EXPECT_EQ(weft_eval_hash(1, 2, 3), pcg3d(1, 2, 3));
    EXPECT_EQ(weft_eval_hash(1.9, 2.9, 3.9), pcg3d(1, 2, 3));
    EXPECT_EQ(weft_eval_hash(-1, -0.5, 7), pcg3d(0xffffffffu, 0xffffffffu, 7));
    EXPECT_EQ(weft_eval_hash(4294967296.0 + 5, 0, 0), pcg3d(5, 0, 0));
    EXPECT_EQ(weft_eval_hash(-4294967296.0 * 3 - 1, 0, 0), pcg3d(0xffffffffu, 0, 0));
    EXPECT_EQ(weft_eval_hash(kNaN, kInf, -kInf), pcg3d(0, 0, 0));
    EXPECT_EQ(weft_eval_hash(1e300, 0, 0), weft_eval_hash(0, 0, 0));
}

TEST(EvalOps, NoiseIsTheHashAtTheLatticeAndContinuous) {
    EXPECT_EQ(weft_eval_noise(0, 0, 0), weft_eval_hash(0, 0, 0));
    EXPECT_EQ(weft_eval_noise(0, 0, 2), weft_eval_hash(0, 0, 1));
    EXPECT_EQ(weft_eval_noise(0, 0, -6), weft_eval_hash(0, 0, -3));
    double last = weft_eval_noise(-1, 0.3, 0.7);
    for (double x = -1; x < 1; x += 0.001) {
        const double v = weft_eval_noise(x, 0.3, 0.7);
        EXPECT_GE(v, 0);
        EXPECT_LT(v, 1);
        EXPECT_LE(std::fabs(v - last), 0.001 * 3.1 * 1.5 + 1e-12);
        last = v;
    }
    EXPECT_TRUE(std::isnan(weft_eval_noise(kNaN, 0, 0)));
    EXPECT_TRUE(std::isnan(weft_eval_noise(0, kInf, 0)));
}

}  // namespace

// Programs beside and after each other on one back end: none is mistaken for another, and none
// leaves anything behind.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "tests/ops/one_kernel.h"
#include "tests/support/backends.h"
#include "tests/support/holdings.h"

namespace {

using namespace weft;
using test::IrBuilder;

constexpr std::uint64_t kWidth = 33, kHeight = 5;

class Programs : public testing::TestWithParam<std::string> {
protected:
    plugin::Backend* backend_ = nullptr;

    void SetUp() override {
        std::string why;
        backend_ = test::Backends::all().get(GetParam(), why);
        if (!backend_) return test::absent(why);
    }

    // Three planes: slope * x + start, y * start, and a wave whose phase is the slope's. Two
    // kernels of different numbers differ in nothing else.
    [[nodiscard]] std::unique_ptr<test::OneKernel> program(double slope, double start) const {
        IrBuilder ir;
        const auto x = ir.field(WEFT_FIELD_X);
        const auto y = ir.field(WEFT_FIELD_Y);
        const auto line =
            ir.op(WEFT_OP_ADD, {ir.op(WEFT_OP_MUL, {x, ir.constant(slope)}), ir.constant(start)});
        const auto rows = ir.op(WEFT_OP_MUL, {y, ir.constant(start)});
        const auto wave = ir.op(WEFT_OP_SIN, {ir.op(WEFT_OP_ADD, {rows, ir.constant(slope)})});
        return std::make_unique<test::OneKernel>(*backend_, ir,
                                                 std::vector<std::uint32_t>{line, rows, wave},
                                                 WEFT_DOMAIN_RASTER, kWidth, kHeight);
    }

    static void check(test::OneKernel& kernel, double slope, double start) {
        const std::vector<float> got = kernel.picture();
        for (std::uint64_t j = 0; j < kHeight; ++j)
            for (std::uint64_t i = 0; i < kWidth; ++i) {
                const double x = (static_cast<double>(i) + 0.5) / kWidth;
                const double y = (static_cast<double>(j) + 0.5) / kHeight;
                const std::size_t at = j * kWidth + i, plane = kWidth * kHeight;
                ASSERT_NEAR(static_cast<double>(got[at]), slope * x + start, 1e-4)
                    << "of " << slope << ", " << start;
                ASSERT_NEAR(static_cast<double>(got[at + plane]), y * start, 1e-4)
                    << "of " << slope << ", " << start;
                ASSERT_NEAR(static_cast<double>(got[at + 2 * plane]), std::sin(y * start + slope),
                            1e-4)
                    << "of " << slope << ", " << start;
            }
    }
};

// Many kernels of one shape, run in turns: whoever finds compiled code by less than all of its text
// takes the wrong one.
TEST_P(Programs, OfOneShapeNeverMix) {
    constexpr int kPrograms = 24, kRounds = 3;
    std::vector<std::unique_ptr<test::OneKernel>> programs;
    const auto slope = [](int i) { return 1.0 + 0.25 * i; };
    const auto start = [](int i) { return 10.0 - 0.5 * i; };
    for (int i = 0; i < kPrograms; ++i) {
        programs.push_back(program(slope(i), start(i)));
        ASSERT_TRUE(programs.back()->ok());
        if (i > 0) check(*programs[static_cast<std::size_t>(i) - 1], slope(i - 1), start(i - 1));
    }
    for (int round = 0; round < kRounds; ++round)
        for (int k = 0; k < kPrograms; ++k) {
            const int i = k * 7 % kPrograms;
            check(*programs[static_cast<std::size_t>(i)], slope(i), start(i));
            if (HasFatalFailure()) return;
        }
}

// A live coder saves all day: each program replaces one that is released. There are only a few
// different ones, because what compilers keep of each, and never give back, is theirs.
TEST_P(Programs, LeaveNothingBehind) {
    const char* wanted = std::getenv("WEFT_TEST_LONG");
    const int reloads = wanted && *wanted ? 1000 : 60;
    constexpr int kKinds = 10;
    test::Holdings before;
    for (int i = 0; i < reloads; ++i) {
        // What drivers and allocators set up once is there after a while.
        if (i == reloads / 3) before = test::Holdings::now();
        const double slope = 0.001 * (i % kKinds), start = 0.5 + i % kKinds;
        const auto made = program(slope, start);
        ASSERT_TRUE(made->ok());
        check(*made, slope, start);
    }
    const test::Holdings after = test::Holdings::now();
    EXPECT_LE(after.descriptors, before.descriptors);
    EXPECT_LE(after.threads, before.threads);
    // A program that stayed would hold pictures, code and rings of arguments. PoCL keeps some 80 KB
    // of every program that it compiled, whoever lets go of it.
    constexpr std::uint64_t kSlack = 2u << 20;
    const std::uint64_t each = (GetParam() == "opencl" ? 112u : 16u) << 10;
    EXPECT_LE(after.resident,
              before.resident + kSlack + each * static_cast<std::uint64_t>(reloads * 2 / 3));
    RecordProperty("grown", std::to_string(after.resident - before.resident));
}

INSTANTIATE_TEST_SUITE_P(All, Programs, testing::ValuesIn(test::tested_backends()),
                         [](const auto& chosen) { return chosen.param; });

}  // namespace

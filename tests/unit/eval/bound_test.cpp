// The bounds hold: for single operators against intervals worked out by hand, and for thousands of
// random kernels against a simulated back end that errs as much as the contract lets it.
#include "eval/bound.h"

#include <gtest/gtest.h>

#include <cfloat>
#include <cmath>
#include <random>
#include <vector>

#include "tests/support/ir_builder.h"

namespace {

using weft::test::IrBuilder;

const double kInf = INFINITY;
const double kNaN = std::nan("");

weft_bound_operand range(double value, double low, double high, std::uint32_t nan = 0) {
    return {value, {low, high, nan, 0}};
}
weft_bound_operand point(double value) {
    return {value, weft_bound_point(value)};
}

weft_bound bound(std::uint32_t op, weft_bound_operand a, weft_bound_operand b = point(0),
                 weft_bound_operand c = point(0)) {
    const weft_bound_operand x[3] = {a, b, c};
    return weft_bound_op(op, x);
}

TEST(Bound, WhatIsExactStaysExact) {
    const auto exactly = [](weft_bound b, double v) {
        EXPECT_EQ(b.nan, WEFT_NAN_NEVER);
        EXPECT_EQ(b.low, v);
        EXPECT_EQ(b.high, v);
    };
    exactly(bound(WEFT_OP_ADD, point(1), point(2)), 3);
    exactly(bound(WEFT_OP_MUL, point(1.5), point(2)), 3);
    exactly(bound(WEFT_OP_DIV, point(1), point(4)), 0.25);
    exactly(bound(WEFT_OP_DIV, point(1), point(0)), kInf);
    exactly(bound(WEFT_OP_DIV, point(1), point(-0.0)), -kInf);
    exactly(bound(WEFT_OP_MOD, point(7), point(3)), 1);
    exactly(bound(WEFT_OP_SQRT, point(9)), 3);
    exactly(bound(WEFT_OP_HASH, point(1), point(2), point(3)), weft_eval_hash(1, 2, 3));
    exactly(bound(WEFT_OP_POW, point(kNaN), point(0)), 1);
    exactly(bound(WEFT_OP_MIN, point(kNaN), point(4)), 4);
    exactly(bound(WEFT_OP_FLOOR, range(2.5, 2.1, 2.9)), 2);
    exactly(bound(WEFT_OP_LT, range(1, 0.9, 1.1), range(2, 1.9, 2.1)), 1);
    exactly(bound(WEFT_OP_SELECT, range(1, 0.5, 2), point(3), point(kNaN)), 3);
    EXPECT_EQ(bound(WEFT_OP_DIV, point(0), point(0)).nan, WEFT_NAN_ALWAYS);
    EXPECT_EQ(bound(WEFT_OP_SUB, point(kInf), point(kInf)).nan, WEFT_NAN_ALWAYS);
    EXPECT_EQ(bound(WEFT_OP_MUL, point(kInf), point(0)).nan, WEFT_NAN_ALWAYS);
    EXPECT_EQ(bound(WEFT_OP_SIN, point(kInf)).nan, WEFT_NAN_ALWAYS);
    EXPECT_EQ(bound(WEFT_OP_SQRT, point(-1)).nan, WEFT_NAN_ALWAYS);
    EXPECT_EQ(bound(WEFT_OP_ASIN, range(2, 1.5, 3)).nan, WEFT_NAN_ALWAYS);
}

TEST(Bound, OutcomesInDoubtWiden) {
    const auto is = [](weft_bound b, double low, double high, std::uint32_t nan = 0) {
        EXPECT_EQ(b.low, low);
        EXPECT_EQ(b.high, high);
        EXPECT_EQ(b.nan, nan);
    };
    is(bound(WEFT_OP_FLOOR, range(2, 1.999, 2.001)), 1, 2);
    is(bound(WEFT_OP_FRACT, range(2, 1.999, 2.001)), 0, 1);
    is(bound(WEFT_OP_LT, range(1, 0.9, 1.1), point(1.05)), 0, 1);
    is(bound(WEFT_OP_EQ, range(1, 0.9, 1.1), point(1)), 0, 1);
    is(bound(WEFT_OP_NE, range(1, 0.9, 1.1), point(2)), 1, 1);
    is(bound(WEFT_OP_NOT, range(0, -1e-9, 1e-9)), 0, 1);
    is(bound(WEFT_OP_SELECT, range(0, -1, 1), point(3), point(5)), 3, 5);
    is(bound(WEFT_OP_SELECT, range(0, -1, 1), point(3), point(kNaN)), 3, 3, WEFT_NAN_MAYBE);
    is(bound(WEFT_OP_DIV, point(1), range(0, -1e-9, 1e-9)), -kInf, kInf);
    is(bound(WEFT_OP_HASH, range(1, 0.99, 1.01), point(0), point(0)), 0, 1);
    is(bound(WEFT_OP_ABS, range(0.5, -1, 2)), 0, 2);
    is(bound(WEFT_OP_MAX, range(1, 0, 2, WEFT_NAN_MAYBE), point(-5)), -5, 2);
    is(bound(WEFT_OP_LOG, range(0, 0, 1)), -kInf, 0);
    EXPECT_EQ(bound(WEFT_OP_SQRT, range(0, -1e-9, 1e-9)).nan, WEFT_NAN_MAYBE);
    EXPECT_EQ(bound(WEFT_OP_POW, range(0, -1e-9, 1e-9), point(0.5)).nan, WEFT_NAN_MAYBE);
    EXPECT_EQ(bound(WEFT_OP_POW, range(0, -1e-9, 1e-9), point(2)).nan, WEFT_NAN_NEVER);
    EXPECT_EQ(bound(WEFT_OP_TAN, range(1.57, 1.56, 1.58)).high, kInf);
    const weft_bound angle = bound(WEFT_OP_ATAN2, range(0, -1e-9, 1e-9), point(-1));
    EXPECT_LT(angle.low, -3.14);
    EXPECT_GT(angle.high, 3.14);
}

TEST(Bound, ErrorSaysHowFar) {
    const weft_bound b = {1, 3, WEFT_NAN_NEVER, 0};
    EXPECT_EQ(weft_bound_error(&b, 1.5), 1.5);
    const weft_bound doubtful = {1, 3, WEFT_NAN_MAYBE, 0};
    EXPECT_EQ(weft_bound_error(&doubtful, 1.5), kInf);
    const weft_bound nan = weft_bound_point(kNaN);
    EXPECT_EQ(weft_bound_error(&nan, kNaN), 0);
    EXPECT_TRUE(weft_bound_holds(&nan, kNaN));
    EXPECT_FALSE(weft_bound_holds(&nan, 0));
    EXPECT_FALSE(weft_bound_holds(&b, kNaN));
    const weft_bound infinite = weft_bound_point(kInf);
    EXPECT_TRUE(weft_bound_holds(&infinite, kInf));
    EXPECT_EQ(weft_bound_error(&infinite, kInf), 0);
}

TEST(Bound, RoundingToSingle) {
    const weft_bound third = weft_bound_round(weft_bound_point(1.0 / 3), 0.5, WEFT_PRECISION_F32);
    EXPECT_TRUE(weft_bound_holds(&third, static_cast<double>(1.0f / 3)));
    EXPECT_TRUE(weft_bound_holds(&third, 1.0 / 3));
    EXPECT_LT(weft_bound_error(&third, 1.0 / 3), 1.0 / (1 << 25));
    const weft_bound large = weft_bound_round(weft_bound_point(1e39), 0.5, WEFT_PRECISION_F32);
    EXPECT_TRUE(weft_bound_holds(&large, kInf));
    EXPECT_TRUE(weft_bound_holds(&large, 1e39));
    const weft_bound tiny = weft_bound_round(weft_bound_point(1e-40), 0.5, WEFT_PRECISION_F32);
    EXPECT_TRUE(weft_bound_holds(&tiny, 0));
}

// A picture read between two points, in single precision.
TEST(Bound, SamplingFollowsTheSlope) {
    std::vector<float> data{0, 1, 5, 2};
    weft_grid grid{};
    grid.axis_count = 1;
    grid.channels = 1;
    grid.axes[0].count = 4;
    grid.axes[0].stride = 4;
    grid.axes[0].origin = 0.125;
    grid.axes[0].step = 0.25;
    const auto read = [&](double low, double high, std::uint32_t nan = 0) {
        const weft_bound coord = {low, high, nan, 0};
        const weft_bound_read r = {&coord, 1, 0, WEFT_PRECISION_F32, 0};
        return weft_grid_bound(&grid, data.data(), 0, 0, &r, 0);
    };
    const weft_bound middle = read(0.5, 0.5);  // between 1 and 5
    EXPECT_TRUE(weft_bound_holds(&middle, 3));
    EXPECT_LT(weft_bound_error(&middle, 3), 1e-5);
    const weft_bound around = read(0.6, 0.65);  // over the peak of 5
    EXPECT_NEAR(around.high, 5, 1e-5);
    EXPECT_NEAR(around.low, 4.6, 1e-5);
    const weft_bound outside = read(-1e30, 0.125);
    EXPECT_NEAR(outside.low, 0, 1e-6);
    EXPECT_EQ(read(0.5, 0.5, WEFT_NAN_MAYBE).nan, WEFT_NAN_MAYBE);
    EXPECT_EQ(read(0.5, 0.5, WEFT_NAN_ALWAYS).nan, WEFT_NAN_ALWAYS);
    grid.axes[0].filter = WEFT_FILTER_FLOOR;
    const weft_bound step = read(0.37, 0.38);
    EXPECT_NEAR(step.low, 0, 1e-6);
    EXPECT_NEAR(step.high, 1, 1e-6);
}

TEST(Bound, RingsAreReadExactly) {
    std::vector<double> data{10, 11, 12, 13};
    weft_grid grid{};
    grid.axis_count = 1;
    grid.channels = 1;
    grid.format = WEFT_FORMAT_F64;
    grid.axes[0].wrap = WEFT_WRAP_RING;
    grid.axes[0].count = 4;
    grid.axes[0].capacity = 4;
    grid.axes[0].stride = 8;
    grid.axes[0].step = 1;
    const weft_bound one = weft_bound_point(1);
    const weft_bound_read r = {&one, 1, 0, WEFT_PRECISION_F64, 0};
    const weft_bound b = weft_grid_bound(&grid, data.data(), 3, 0, &r, 0);
    EXPECT_EQ(b.low, 12);
    EXPECT_EQ(b.high, 12);
    const weft_bound maybe = {1, 1, WEFT_NAN_MAYBE, 0};
    const weft_bound_read doubtful = {&maybe, 1, 0, WEFT_PRECISION_F64, 0};
    const weft_bound z = weft_grid_bound(&grid, data.data(), 3, 0, &doubtful, 0);
    EXPECT_EQ(z.low, 0);
    EXPECT_EQ(z.high, 12);
}

// --- A simulated back end ------------------------------------------------------------------------

// Computes a kernel without loops, each value as a back end might: in its precision, at times more
// exactly, within the operator's bound, operands rounded to single or not.
class Simulated {
public:
    explicit Simulated(std::uint32_t seed) : random_(seed) {}

    double store(double v, double ulp, std::uint32_t precision) {
        if (!std::isfinite(v) || v == 0) return v;
        if (precision == WEFT_PRECISION_F64) {
            if (ulp > 0.5) v += (uniform() * 2 - 1) * 0.45 * ulp * DBL_EPSILON * v;
            return v;
        }
        if (ulp > 0.5) {
            const double unit = std::ldexp(1.0, std::max(std::ilogb(v) - 23, -149));
            const double off = v + (uniform() * 2 - 1) * (ulp - 0.5) * unit;
            v = std::signbit(off) == std::signbit(v) ? off : std::copysign(0.0, v);
        }
        if (uniform() < 0.2) return v;  // more exactly
        const double rounded = static_cast<double>(static_cast<float>(v));
        const bool flush = std::fabs(rounded) < FLT_MIN && uniform() < 0.5;
        return flush ? std::copysign(0.0, rounded) : rounded;
    }

    std::vector<double> run(const weft_ir& ir, const double* fields) {
        std::vector<double> values(ir.value_count);
        for (std::uint32_t i = 0; i < ir.value_count; ++i) {
            const weft_ir_value& v = ir.values[i];
            if (v.op == WEFT_OP_CONST) {
                values[i] = v.imm;
            } else if (v.op == WEFT_OP_FIELD) {
                values[i] = store(fields[v.aux], 0.5, v.precision);
            } else {
                std::uint32_t width = v.precision;
                for (std::uint32_t k = 0; k < v.arg_count; ++k) {
                    const weft_ir_value& from = ir.values[ir.args[v.args + k]];
                    if (from.op != WEFT_OP_CONST && from.precision == WEFT_PRECISION_F64)
                        width = WEFT_PRECISION_F64;
                }
                double args[3] = {};
                for (std::uint32_t k = 0; k < v.arg_count; ++k) {
                    args[k] = values[ir.args[v.args + k]];
                    if (width == WEFT_PRECISION_F32) args[k] = store(args[k], 0.5, width);
                }
                const weft_op_info* info = weft_op_info_of(v.op);
                // Noise is mixed from numbers up to 1; its own last place may be far smaller.
                if (v.op == WEFT_OP_NOISE && v.precision == WEFT_PRECISION_F32)
                    values[i] = weft_eval_op(v.op, args) + (uniform() * 2 - 1) * 4e-7;
                else
                    values[i] = store(weft_eval_op(v.op, args), info->ulp, v.precision);
            }
        }
        return values;
    }

private:
    double uniform() { return std::uniform_real_distribution<double>(0, 1)(random_); }
    std::mt19937 random_;
};

IrBuilder random_kernel(std::mt19937& random) {
    static const double constants[] = {0,    1,  -1,   2,   0.5,   0.1, 3.7,
                                       -2.2, 10, 1e-3, 100, 1e-30, 1e30};
    const auto pick = [&](std::size_t n) {
        return std::uniform_int_distribution<std::size_t>(0, n - 1)(random);
    };
    IrBuilder ir;
    std::vector<std::uint32_t> values;
    for (std::uint32_t f = 0; f < 3; ++f) values.push_back(ir.field(f));
    for (int c = 0; c < 3; ++c)
        values.push_back(ir.constant(constants[pick(std::size(constants))]));
    for (int i = 0; i < 14; ++i) {
        const auto op = static_cast<std::uint32_t>(32 + pick(WEFT_OP_LIMIT - 32));
        ir.precision = pick(4) == 0 ? WEFT_PRECISION_F64 : WEFT_PRECISION_F32;
        std::vector<std::uint32_t> operands;
        for (std::uint32_t k = 0; k < weft_op_info_of(op)->arity; ++k)
            operands.push_back(
                values[values.size() - 1 - pick(std::min<std::size_t>(values.size(), 8))]);
        values.push_back(ir.op(op, operands));
    }
    return ir;
}

TEST(Bound, HoldsForRandomKernels) {
    std::mt19937 random(7);
    Simulated backend(8);
    std::uniform_real_distribution<double> coordinate(-3, 3);
    int told = 0, silent = 0;
    for (int n = 0; n < 20000; ++n) {
        const IrBuilder kernel = random_kernel(random);
        const weft_ir ir = kernel.view();
        std::vector<double> values(weft_eval_scratch(&ir));
        std::vector<weft_bound> bounds(values.size());
        for (int p = 0; p < 4; ++p) {
            std::vector<double> fields(WEFT_FIELD_COUNT);
            for (int f = 0; f < 3; ++f)
                fields[static_cast<std::size_t>(f)] =
                    p == 0 ? std::round(coordinate(random)) : coordinate(random);
            weft_bound_env env{};
            env.point.fields = fields.data();
            ASSERT_EQ(weft_eval_bound(&ir, &env, values.data(), bounds.data()), WEFT_OK);
            const std::vector<double> got = backend.run(ir, fields.data());
            for (std::uint32_t i = 0; i < ir.value_count; ++i) {
                ASSERT_TRUE(weft_bound_holds(&bounds[i], values[i])) << "the reference itself";
                ASSERT_TRUE(weft_bound_holds(&bounds[i], got[i]))
                    << "kernel " << n << " value " << i << " "
                    << weft_op_info_of(ir.values[i].op)->id << ": " << got[i] << " reference "
                    << values[i] << " in [" << bounds[i].low << ", " << bounds[i].high << "] nan "
                    << bounds[i].nan;
                (std::isinf(weft_bound_error(&bounds[i], values[i])) ? silent : told)++;
            }
        }
    }
    // The bounds must also say something: most values of such kernels are certain to a few units.
    EXPECT_GT(told, 3 * silent) << told << " told, " << silent << " silent";
}

TEST(Bound, IsTightForOrdinaryArithmetic) {
    IrBuilder ir;
    const auto x = ir.field(WEFT_FIELD_X);
    const auto y = ir.field(WEFT_FIELD_Y);
    const auto wave = ir.op(WEFT_OP_SIN, {ir.op(WEFT_OP_MUL, {x, ir.constant(10)})});
    const auto all = ir.op(WEFT_OP_ADD, {ir.op(WEFT_OP_MUL, {wave, y}), ir.constant(0.5)});
    const weft_ir view = ir.view();
    std::vector<double> values(weft_eval_scratch(&view));
    std::vector<weft_bound> bounds(values.size());
    std::vector<double> fields(WEFT_FIELD_COUNT);
    fields[WEFT_FIELD_X] = 0.3;
    fields[WEFT_FIELD_Y] = 0.7;
    weft_bound_env env{};
    env.point.fields = fields.data();
    env.coordinate_ulp = 1;
    ASSERT_EQ(weft_eval_bound(&view, &env, values.data(), bounds.data()), WEFT_OK);
    EXPECT_LT(weft_bound_error(&bounds[all], values[all]), 2e-6);
}

// for i in (1 to END) s += 1, where END is an expression of x.
struct Count {
    IrBuilder ir;
    std::uint32_t result = 0;

    template <class End>
    explicit Count(End end) {
        const auto one = ir.constant(1);
        const auto loop = ir.begin_loop(one, end(ir, ir.field(WEFT_FIELD_X)), {ir.constant(0)});
        ir.end_loop(loop, {ir.op(WEFT_OP_ADD, {ir.carried(loop, 0), one})});
        result = ir.result(loop, 0);
    }
    [[nodiscard]] weft_bound at(double x) const {
        const weft_ir view = ir.view();
        std::vector<double> values(weft_eval_scratch(&view));
        std::vector<weft_bound> bounds(values.size());
        std::vector<double> fields(WEFT_FIELD_COUNT);
        fields[WEFT_FIELD_X] = x;
        weft_bound_env env{};
        env.point.fields = fields.data();
        EXPECT_EQ(weft_eval_bound(&view, &env, values.data(), bounds.data()), WEFT_OK);
        return bounds[result];
    }
};

TEST(Bound, LoopsWhoseLengthIsInDoubt) {
    // Single precision cannot tell 30 * 0.1 from 3.
    const Count tenth([](IrBuilder& ir, std::uint32_t x) {
        return ir.op(WEFT_OP_MUL, {x, ir.constant(0.1)});
    });
    EXPECT_EQ(tenth.at(30).low, 2);
    EXPECT_EQ(tenth.at(30).high, 3);
    EXPECT_EQ(tenth.at(35).low, 3);
    EXPECT_EQ(tenth.at(35).high, 3);
    // Nor on which side of 0.1 this x is: none or any number of turns.
    const Count pole([](IrBuilder& ir, std::uint32_t x) {
        return ir.op(WEFT_OP_DIV, {ir.constant(3), ir.op(WEFT_OP_SUB, {x, ir.constant(0.1)})});
    });
    EXPECT_EQ(pole.at(0.1 - 1e-9).nan, WEFT_NAN_MAYBE);
    EXPECT_EQ(pole.at(1.1).high, 3);
    EXPECT_EQ(pole.at(1.11).high, 2);
}

}  // namespace

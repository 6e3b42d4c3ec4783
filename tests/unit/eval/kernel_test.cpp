// Whole kernels at a point: order, loops within loops, sampling, and how evaluation ends early.
#include "eval/eval.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "tests/support/ir_builder.h"

namespace {

using weft::test::IrBuilder;

struct Point {
    std::vector<double> fields = std::vector<double>(WEFT_FIELD_COUNT);
    std::vector<double> params, uniforms;
    weft_eval_env env{};

    double eval(const IrBuilder& ir, std::uint32_t value, weft_status expect = WEFT_OK) {
        const weft_ir view = ir.view();
        std::vector<double> values(weft_eval_scratch(&view));
        env.fields = fields.data();
        env.params = params.data();
        env.uniforms = uniforms.data();
        EXPECT_EQ(weft_eval_ir(&view, &env, values.data()), expect);
        return values[value];
    }
};

TEST(EvalKernel, Leaves) {
    IrBuilder ir;
    const auto a = ir.field(WEFT_FIELD_TIME);
    const auto b = ir.param(1);
    const auto c = ir.uniform(0);
    const auto d = ir.field(WEFT_FIELD_OWN);
    const auto e =
        ir.op(WEFT_OP_ADD, {ir.field(WEFT_FIELD_ROW_TIME), ir.field(WEFT_FIELD_COLUMN_TIME)});
    const auto sum = ir.op(WEFT_OP_ADD, {ir.op(WEFT_OP_ADD, {a, b}), ir.op(WEFT_OP_ADD, {c, d})});
    const auto all = ir.op(WEFT_OP_ADD, {sum, e});
    Point p;
    p.fields[WEFT_FIELD_TIME] = 1;
    p.params = {0, 10};
    p.uniforms = {100};
    p.env.own = 1000;
    p.env.row_time = 10000;
    p.env.column_time = 100000;
    EXPECT_EQ(p.eval(ir, all), 111111);
}

// sum of i * i for i in (from to to)
IrBuilder squares(double from, double to, std::uint32_t* result) {
    IrBuilder ir;
    const auto loop = ir.begin_loop(ir.constant(from), ir.constant(to), {ir.constant(0)});
    const auto i = ir.index(loop);
    const auto next = ir.op(WEFT_OP_ADD, {ir.carried(loop, 0), ir.op(WEFT_OP_MUL, {i, i})});
    ir.end_loop(loop, {next});
    *result = ir.result(loop, 0);
    return ir;
}

TEST(EvalKernel, LoopIncludesBothEnds) {
    Point p;
    const auto sum = [&p](double from, double to) {
        std::uint32_t result = 0;
        const IrBuilder ir = squares(from, to, &result);
        return p.eval(ir, result);
    };
    EXPECT_EQ(sum(1, 4), 30);
    EXPECT_EQ(sum(2, 2), 4);
    EXPECT_EQ(sum(3, 2), 0);
    EXPECT_EQ(sum(0.5, 2.7), 0.25 + 2.25 + 6.25);
    EXPECT_EQ(sum(std::nan(""), 2), 0);
    EXPECT_EQ(sum(1, std::nan("")), 0);
}

TEST(EvalKernel, CarriedValuesChangeAtOnce) {
    // Fibonacci: (a, b) <- (b, a + b), ten times.
    IrBuilder ir;
    const auto loop =
        ir.begin_loop(ir.constant(1), ir.constant(10), {ir.constant(0), ir.constant(1)});
    const auto a = ir.carried(loop, 0);
    const auto b = ir.carried(loop, 1);
    ir.end_loop(loop, {b, ir.op(WEFT_OP_ADD, {a, b})});
    Point p;
    EXPECT_EQ(p.eval(ir, ir.result(loop, 0)), 55);
}

TEST(EvalKernel, LoopsNest) {
    IrBuilder ir;
    const auto one = ir.constant(1);
    const auto outer = ir.begin_loop(one, ir.constant(3), {ir.constant(0)});
    const auto i = ir.index(outer);
    const auto inner = ir.begin_loop(one, i, {ir.carried(outer, 0)});
    const auto next =
        ir.op(WEFT_OP_ADD, {ir.carried(inner, 0), ir.op(WEFT_OP_MUL, {i, ir.index(inner)})});
    ir.end_loop(inner, {next});
    ir.end_loop(outer, {ir.result(inner, 0)});
    Point p;
    double expect = 0;
    for (int a = 1; a <= 3; ++a)
        for (int b = 1; b <= a; ++b) expect += a * b;
    const auto result = ir.result(outer, 0);
    EXPECT_EQ(p.eval(ir, result), expect);
}

TEST(EvalKernel, SampleSeesItsOperands) {
    IrBuilder ir;
    const auto s = ir.sample(7, {ir.constant(2), ir.constant(3)});
    Point p;
    p.env.sample = [](void*, std::uint32_t input, const double* c, std::uint32_t count) {
        EXPECT_EQ(count, 2u);
        return input * 100 + c[0] * 10 + c[1];
    };
    EXPECT_EQ(p.eval(ir, s), 723);
}

TEST(EvalKernel, ALoopEndsWhenItsTurnsAreSpentOrItIsCancelled) {
    std::uint32_t result = 0;
    const IrBuilder ir = squares(0, 1e300, &result);
    Point p;
    std::uint64_t turns = 1000;
    p.env.turns = &turns;
    (void)p.eval(ir, result, WEFT_TIMEOUT);
    EXPECT_EQ(turns, 0u);
    std::uint32_t cancel = 1;
    p.env.turns = nullptr;
    p.env.cancel = &cancel;
    (void)p.eval(ir, result, WEFT_CANCELLED);
}

}  // namespace

// Lowering: remap as substitution, spindles, loops, samples, limits.
#include <gtest/gtest.h>

#include "base/source.h"
#include "builder.h"

namespace weft::ir::test {
namespace {

struct LoweringTest : testing::Test {
    Builder b;
    SourceMap sources;
    Diagnostics diagnostics{&sources};

    std::vector<double> value(E expr, const Point& point = {}, Domain domain = Domain::raster) {
        const Kernel plain = lower_raw(expr, domain);
        const Kernel kernel = lower(b.request({expr}, domain), diagnostics);
        EXPECT_FALSE(diagnostics.has_errors()) << diagnostics.render(false);
        const std::vector<double> expected = run(plain, point);
        const std::vector<double> got = run(kernel, point);
        EXPECT_NEAR(expected[0], got[0], 1e-12 * std::max(1.0, std::fabs(expected[0])));
        return got;
    }
    Kernel lower_raw(E expr, Domain domain = Domain::raster) {
        LowerRequest request = b.request({expr}, domain);
        request.raw = true;
        return lower(request, diagnostics);
    }
    static std::size_t count(const IrText& ir, std::uint32_t op) {
        std::size_t found = 0;
        for (const weft_ir_value& value : ir.values) found += value.op == op;
        return found;
    }
};

TEST_F(LoweringTest, RemapReplacesAllAtOnceInTheCallersPlace) {
    const E x = b.field(WEFT_FIELD_X);
    const E y = b.field(WEFT_FIELD_Y);
    const E difference = b.op(WEFT_OP_SUB, {x, b.mul(y, b.num(10))});
    const sema::StrandId strand = b.computed(difference);
    const E swapped =
        b.remap(b.strand(strand), {{WEFT_FIELD_X, y}, {WEFT_FIELD_Y, b.add_(x, b.num(1))}});
    Point point;
    point.fields[WEFT_FIELD_X] = 0.25;
    point.fields[WEFT_FIELD_Y] = 0.75;
    EXPECT_DOUBLE_EQ(value(swapped, point)[0], 0.75 - 12.5);
    // nested: the inner replacement is evaluated where the outer one has put it
    const E twice = b.remap(swapped, {{WEFT_FIELD_X, b.num(3)}});
    EXPECT_DOUBLE_EQ(value(twice, point)[0], 0.75 - 40);
}

TEST_F(LoweringTest, ArgumentsByNameLocalsByValue) {
    // spindle f(p) { l = p; out = p[x ~ 2] * 100 + l[x ~ 5] }
    sema::Body& body = b.body(2, {1});
    const E moved = b.remap(b.argument(0), {{WEFT_FIELD_X, b.num(2)}});
    const E local = b.remap(b.local(0), {{WEFT_FIELD_X, b.num(5)}});
    body.statements = {Builder::set(0, b.argument(0)),
                       Builder::set(1, b.add_(b.mul(moved, b.num(100)), local))};
    Point point;
    point.fields[WEFT_FIELD_X] = 0.5;
    EXPECT_DOUBLE_EQ(value(b.call(body, {b.field(WEFT_FIELD_X)}), point)[0], 200.5);
}

TEST_F(LoweringTest, ReassignedLocalsKeepTheirValues) {
    // l = x; m = l + 1; l = m * 2; out = l + m
    sema::Body& body = b.body(2, {0});
    const E plus = b.add_(b.local(0), b.num(1));
    body.statements = {Builder::set(0, b.field(WEFT_FIELD_X)), Builder::set(1, plus),
                       Builder::set(0, b.mul(b.local(1), b.num(2))),
                       Builder::set(0, b.add_(b.local(0), b.local(1)))};
    Point point;
    point.fields[WEFT_FIELD_X] = 2;
    EXPECT_DOUBLE_EQ(value(b.call(body, {}), point)[0], 9);
}

TEST_F(LoweringTest, LoopsOfConstantBoundsUnroll) {
    // 9 x 9 samples
    const sema::StrandId picture = b.instance("img", sema::InstanceKind::source, nullptr);
    b.shapes[picture] = {{{WEFT_FIELD_X, sema::kNone}, {WEFT_FIELD_Y, sema::kNone}}, false};
    sema::Body& body = b.body(3, {0});
    const E x = b.add_(b.field(WEFT_FIELD_X), b.mul(b.local(1), b.argument(1)));
    const E y = b.add_(b.field(WEFT_FIELD_Y), b.mul(b.local(2), b.argument(1)));
    const E sample = b.remap(b.argument(0), {{WEFT_FIELD_X, x}, {WEFT_FIELD_Y, y}});
    const E next = b.add_(b.local(0), sample);
    body.statements = {
        Builder::set(0, b.num(0)),
        Builder::loop(1, b.num(-4), b.num(4),
                      {Builder::loop(2, b.num(-4), b.num(4), {Builder::set(0, next)}, {0})}, {0})};
    const E blur = b.call(body, {b.strand(picture), b.num(0.01)});
    value(blur);
    const Kernel kernel = lower(b.request({blur}), diagnostics);
    EXPECT_EQ(count(kernel.ir, WEFT_OP_SAMPLE), 81u);
    EXPECT_TRUE(kernel.ir.loops.empty());
}

TEST_F(LoweringTest, LongAndNestedLoopsStayLoops) {
    // for i in (1 to x * 4) { for j in (1 to i) { s = s * 0.5 + i * y + j } s = s + 1 }
    sema::Body& body = b.body(3, {0});
    const E inner = b.add_(b.mul(b.local(0), b.num(0.5)),
                           b.add_(b.mul(b.local(1), b.field(WEFT_FIELD_Y)), b.local(2)));
    body.statements = {
        Builder::set(0, b.num(0.25)),
        Builder::loop(1, b.num(1), b.mul(b.field(WEFT_FIELD_X), b.num(4)),
                      {Builder::loop(2, b.num(1), b.local(1), {Builder::set(0, inner)}, {0}),
                       Builder::set(0, b.add_(b.local(0), b.num(1)))},
                      {0})};
    Point point;
    point.fields[WEFT_FIELD_X] = 0.8;
    point.fields[WEFT_FIELD_Y] = 0.3;
    double expected = 0.25;
    for (int i = 1; i <= 3; ++i) {
        for (int j = 1; j <= i; ++j) expected = expected * 0.5 + (i * 0.3 + j);
        expected += 1;
    }
    const E call = b.call(body, {});
    EXPECT_NEAR(value(call, point)[0], expected, 1e-12);
    const Kernel kernel = lower(b.request({call}), diagnostics);
    EXPECT_EQ(kernel.ir.loops.size(), 2u);
    point.fields[WEFT_FIELD_X] = NAN;
    EXPECT_DOUBLE_EQ(run(kernel, point)[0], 0.25);
}

TEST_F(LoweringTest, FbmOctaves) {
    const E x = b.field(WEFT_FIELD_X);
    Point point;
    point.fields[WEFT_FIELD_X] = 0.37;
    const double n0 = weft_eval_noise(0.37, 0, 0);
    const double n1 = weft_eval_noise(0.74, 0, 0);
    const double expected = (n0 + n1 / 2) / 1.5;
    EXPECT_DOUBLE_EQ(value(b.fbm(x, b.num(0), b.num(0), b.num(2.9)), point)[0], expected);
    point.fields[WEFT_FIELD_TIME] = 2.5;
    const E live = b.fbm(x, b.num(0), b.num(0), b.field(WEFT_FIELD_TIME));
    EXPECT_DOUBLE_EQ(value(live, point)[0], expected);
    EXPECT_EQ(value(b.fbm(x, b.num(0), b.num(0), b.num(0.5)), point)[0], 0);
    point.fields[WEFT_FIELD_TIME] = -1;
    EXPECT_EQ(value(live, point)[0], 0);
}

TEST_F(LoweringTest, CacheReadNowInItsOwnKernelIsTheStoredValue) {
    const sema::StrandId cache =
        b.instance("c", sema::InstanceKind::cache, b.field(WEFT_FIELD_X), 4);
    b.shapes[cache] = {
        {{WEFT_FIELD_X, sema::kNone}, {WEFT_FIELD_Y, sema::kNone}, {WEFT_FIELD_OWN, 0}}, false};
    const auto samples = [&](E expr) {
        LowerRequest request = b.request({expr});
        request.stored_here = [](sema::StrandId) { return true; };
        return count(lower(request, diagnostics).ir, WEFT_OP_SAMPLE);
    };
    EXPECT_EQ(samples(b.strand(cache)), 0u);
    EXPECT_EQ(samples(b.own(b.strand(cache), 0, b.num(-4))), 0u);
    EXPECT_EQ(samples(b.own(b.strand(cache), 0, b.num(1))), 1u);
    EXPECT_EQ(samples(b.remap(b.strand(cache), {{WEFT_FIELD_X, b.num(0.5)}})), 1u);
    EXPECT_EQ(samples(b.remap(b.strand(cache), {{WEFT_FIELD_TIME, b.num(3)}})), 0u);
}

TEST_F(LoweringTest, DeepChainsNeedNoStack) {
    sema::StrandId last = b.computed(b.field(WEFT_FIELD_X));
    for (int i = 0; i < 100000; ++i) last = b.computed(b.add_(b.strand(last), b.num(1)));
    Point point;
    point.fields[WEFT_FIELD_X] = 0.5;
    EXPECT_DOUBLE_EQ(value(b.strand(last), point)[0], 100000.5);
    const E moved = b.remap(b.strand(last), {{WEFT_FIELD_X, b.num(7)}});
    EXPECT_DOUBLE_EQ(value(moved, point)[0], 100007);
}

TEST_F(LoweringTest, ExplosionIsReportedWithItsCost) {
    sema::StrandId last = b.computed(b.sin(b.field(WEFT_FIELD_X)));
    for (int i = 0; i < 40; ++i) {
        const E x = b.field(WEFT_FIELD_X);
        const E left =
            b.remap(b.strand(last), {{WEFT_FIELD_X, b.op(WEFT_OP_SUB, {x, b.num(0.01 * i)})}});
        const E right = b.remap(b.strand(last), {{WEFT_FIELD_X, b.mul(x, b.num(1.01))}});
        last = b.computed(b.add_(left, right));
    }
    LowerRequest request = b.request({b.strand(last)});
    request.max_values = 100000;
    EXPECT_TRUE(lower(request, diagnostics).ir.values.empty());
    ASSERT_EQ(diagnostics.error_count(), 1u);
    EXPECT_EQ(diagnostics.all()[0].code, Code::expansion_too_large);
    EXPECT_NE(diagnostics.all()[0].suggestion.find("cache"), std::string::npos);
    EXPECT_GT(estimated_costs(b.program, {b.strand(last)}).front(), std::exp2(40.0));
}

TEST_F(LoweringTest, FilmsAtOneTimeAreToldApartByIt) {
    const sema::StrandId film = b.instance("film", sema::InstanceKind::source, nullptr);
    b.shapes[film] = {
        {{WEFT_FIELD_X, sema::kNone}, {WEFT_FIELD_Y, sema::kNone}, {WEFT_FIELD_TIME, sema::kNone}},
        true};
    const E time = b.field(WEFT_FIELD_TIME);
    const E later = b.remap(b.strand(film), {{WEFT_FIELD_TIME, b.add_(time, b.num(1))}});
    const E slit = b.remap(b.strand(film), {{WEFT_FIELD_TIME, b.field(WEFT_FIELD_X)}});
    for (const bool raw : {false, true}) {
        LowerRequest request = b.request({b.add_(b.strand(film), later), slit});
        request.raw = raw;
        const Kernel kernel = lower(request, diagnostics);
        ASSERT_EQ(kernel.uses.size(), 3u);
        for (const InputUse& use : kernel.uses) {
            EXPECT_EQ(use.strand, film);
            EXPECT_NE(use.needs_window, use.time_uniform != sema::kNone);
            if (!use.needs_window) {
                EXPECT_LT(use.time_uniform, kernel.host.outputs.size());
                EXPECT_GE(use.time_uniform, kernel.ir.uniform_count);
            }
        }
    }
    Point point;
    point.fields[WEFT_FIELD_TIME] = 3;
    value(b.add_(b.strand(film), b.add_(later, slit)), point);
}

}  // namespace
}  // namespace weft::ir::test

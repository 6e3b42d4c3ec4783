// Pictures: rates, stores, sampling, loops, at every width and thread count.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <random>

#include "tests/batches/batch.h"

namespace weft::batch_test {
namespace {

constexpr std::uint8_t kX = WEFT_VARIES_COLUMN;
constexpr std::uint8_t kY = WEFT_VARIES_ROW;

class Raster : public OnPlace {
protected:
    Host host;
    BatchText batch;

    // Renders frame `number` into floats.
    std::vector<float> render(std::uint64_t count, std::int64_t number = 0,
                              std::vector<double> uniforms = {}) {
        Compiled program(host, batch, GetParam());
        EXPECT_TRUE(program.ok()) << program.error().message;
        std::vector<float> picture(count, -7.0f);
        if (!program.ok()) return picture;
        program.uniforms = std::move(uniforms);
        EXPECT_EQ(program.frame(number, {{picture.data(), count * 4}}), WEFT_OK);
        return picture;
    }

    void expect_like(const std::vector<float>& picture, Judge& judge, Ir::Id id, double tolerance) {
        int shown = 0;
        for (std::uint64_t y = 0; y < judge.kernel->height; ++y)
            for (std::uint64_t x = 0; x < judge.kernel->width; ++x) {
                const double exact = judge.pixel(id, x, y);
                const double got = picture[y * judge.kernel->width + x];
                const bool good = std::isnan(exact)   ? std::isnan(got)
                                  : std::isinf(exact) ? got == exact
                                                      : std::fabs(got - exact) <= tolerance;
                if (!good && shown++ < 5)
                    ADD_FAILURE() << "at " << x << ' ' << y << ": " << got << ", not " << exact;
            }
    }
};

TEST_P(Raster, RatesAndTails) {
    // 37 columns: no multiple of any width; every class of value.
    KernelText& kernel = batch.kernel(WEFT_DOMAIN_RASTER, 37, 29);
    Ir& ir = kernel.ir;
    const Ir::Id x = ir.field(WEFT_FIELD_X, kX);
    const Ir::Id y = ir.field(WEFT_FIELD_Y, kY);
    const Ir::Id t = ir.uniform(0);
    const Ir::Id row = ir.op(WEFT_OP_SIN, {ir.op(WEFT_OP_MUL, {y, ir.constant(9.0)})});
    const Ir::Id column = ir.op(WEFT_OP_COS, {ir.op(WEFT_OP_ADD, {x, t})});
    const Ir::Id fixed = ir.op(WEFT_OP_EXP, {x});
    const Ir::Id scalar = ir.op(WEFT_OP_SQRT, {t});
    const Ir::Id width = ir.field(WEFT_FIELD_WIDTH, 0);
    Ir::Id v = ir.op(WEFT_OP_MUL, {row, column});
    v = ir.op(WEFT_OP_ADD, {v, ir.op(WEFT_OP_MUL, {fixed, scalar})});
    v = ir.op(WEFT_OP_ADD, {v, ir.op(WEFT_OP_DIV, {y, width})});
    v = ir.op(WEFT_OP_ADD, {v, ir.op(WEFT_OP_SIN, {ir.op(WEFT_OP_MUL, {x, y})})});
    kernel.store(batch.picture(37, 29, WEFT_FORMAT_F32, 1, 0), {v});
    Judge judge;
    judge.kernel = &kernel;
    judge.fields = batch.settings;
    judge.uniforms = {2.5};
    expect_like(render(37 * 29, 3, {2.5}), judge, v, 1e-6);
}

TEST_P(Raster, PackedPixels) {
    KernelText& kernel = batch.kernel(WEFT_DOMAIN_RASTER, 50, 3);
    Ir& ir = kernel.ir;
    const Ir::Id x = ir.field(WEFT_FIELD_X, kX);
    const Ir::Id y = ir.field(WEFT_FIELD_Y, kY);
    const Ir::Id xy = ir.op(WEFT_OP_MUL, {x, y});
    kernel.store(batch.picture(50, 3, WEFT_FORMAT_RGBA8, 1, 0), {x, y, xy, ir.constant(1.0)});
    kernel.store(batch.picture(50, 3, WEFT_FORMAT_RGBA16, 1, 1), {x, y, xy, ir.constant(1.0)});
    Compiled program(host, batch, GetParam());
    ASSERT_TRUE(program.ok()) << program.error().message;
    std::vector<std::uint8_t> small(50 * 3 * 4);
    std::vector<std::uint16_t> large(50 * 3 * 4);
    ASSERT_EQ(program.frame(0, {{small.data(), small.size()}, {large.data(), large.size() * 2}}),
              WEFT_OK);
    for (int j = 0; j < 3; ++j)
        for (int i = 0; i < 50; ++i) {
            const double u = (i + 0.5) / 50;
            const double v = (j + 0.5) / 3;
            const std::size_t at = static_cast<std::size_t>(j * 50 + i) * 4;
            EXPECT_EQ(small[at], static_cast<int>(std::floor(u * 255 + 0.5)));
            EXPECT_EQ(small[at + 1], static_cast<int>(std::floor(v * 255 + 0.5)));
            EXPECT_EQ(small[at + 2], static_cast<int>(std::floor(u * v * 255 + 0.5)));
            EXPECT_EQ(small[at + 3], 255);
            EXPECT_NEAR(large[at], u * 65535, 0.51);
            EXPECT_NEAR(large[at + 2], u * v * 65535, 0.51);
        }
}

TEST_P(Raster, ReadsGridsAsTheReferenceDoes) {
    Picture picture(23, 17, 1);
    std::mt19937 random(5);
    for (float& v : picture.data) v = std::uniform_real_distribution<float>(0, 1)(random);
    const double nan = std::numeric_limits<double>::quiet_NaN();
    for (const std::uint32_t wrap :
         {WEFT_WRAP_CLAMP, WEFT_WRAP_REPEAT, WEFT_WRAP_MIRROR, WEFT_WRAP_ZERO})
        for (const double bias : {0.0, 0.013, -3.0, 4.2, 1e30, nan}) {
            // So far away a position has no bits left to say where in the period it is.
            if (bias == 1e30 && (wrap == WEFT_WRAP_REPEAT || wrap == WEFT_WRAP_MIRROR)) continue;
            batch = BatchText();
            for (int a = 0; a < 2; ++a) picture.handle.grid.axes[a].wrap = wrap;
            host.bind(1, picture.handle);
            KernelText& kernel = batch.kernel(WEFT_DOMAIN_RASTER, 45, 19);
            Ir& ir = kernel.ir;
            const Ir::Id x = ir.field(WEFT_FIELD_X, kX);
            const Ir::Id y = ir.field(WEFT_FIELD_Y, kY);
            // Coordinates that vary with everything.
            Ir::Id u = ir.op(WEFT_OP_MUL, {ir.op(WEFT_OP_SUB, {x, y}), ir.constant(2.3)});
            u = ir.op(WEFT_OP_ADD, {u, ir.constant(bias)});
            const Ir::Id v = ir.op(WEFT_OP_ADD, {ir.op(WEFT_OP_MUL, {x, y}), y});
            const Ir::Id read = ir.sample(batch.input(1), {u, v});
            // The same where only rows and columns matter.
            const Ir::Id plain = ir.sample(batch.input(1), {x, ir.op(WEFT_OP_MUL, {y, y})});
            const Ir::Id sum = ir.op(WEFT_OP_ADD, {read, plain});
            kernel.store(batch.picture(45, 19, WEFT_FORMAT_F32, 1, 0), {sum});
            Judge judge;
            judge.kernel = &kernel;
            judge.fields = batch.settings;
            judge.inputs.assign(2, {&picture.handle.grid, picture.data.data(), 0});
            SCOPED_TRACE(testing::Message() << "wrap " << wrap << " bias " << bias);
            expect_like(render(45 * 19), judge, sum, 3e-5);
        }
}

TEST_P(Raster, ContiguousReads) {
    // Shifted reads with whole and broken offsets, inside and at the edges, uniform and by row.
    Picture picture(64, 20, 1);
    std::mt19937 random(6);
    for (float& v : picture.data) v = std::uniform_real_distribution<float>(0, 1)(random);
    for (const std::uint32_t wrap :
         {WEFT_WRAP_CLAMP, WEFT_WRAP_REPEAT, WEFT_WRAP_MIRROR, WEFT_WRAP_ZERO}) {
        batch = BatchText();
        picture.handle.grid.axes[0].wrap = picture.handle.grid.axes[1].wrap = wrap;
        host.bind(1, picture.handle);
        KernelText& kernel = batch.kernel(WEFT_DOMAIN_RASTER, 64, 20);
        Ir& ir = kernel.ir;
        const Ir::Id x = ir.field(WEFT_FIELD_X, kX);
        const Ir::Id y = ir.field(WEFT_FIELD_Y, kY);
        const std::uint32_t input = batch.input(1);
        const auto shifted = [&](Ir::Id by, double rows) {
            const Ir::Id v = ir.op(WEFT_OP_ADD, {y, ir.constant(rows / 20)});
            const Ir::Id u = ir.op(WEFT_OP_ADD, {x, by});
            const Ir::Id s = ir.sample(input, {u, v});
            ir.affine(s, 0, WEFT_FIELD_X, 1.0, by);
            return s;
        };
        Ir::Id sum = shifted(ir.constant(3.0 / 64), 1);
        sum = ir.op(WEFT_OP_ADD, {sum, shifted(ir.constant(-5.25 / 64), -2)});
        sum = ir.op(WEFT_OP_ADD, {sum, shifted(ir.uniform(0), 0.5)});
        sum = ir.op(WEFT_OP_ADD, {sum, shifted(ir.op(WEFT_OP_MUL, {y, ir.constant(0.3)}), 0)});
        kernel.store(batch.picture(64, 20, WEFT_FORMAT_F32, 1, 0), {sum});
        Judge judge;
        judge.kernel = &kernel;
        judge.uniforms = {0.031};
        judge.inputs.assign(1, {&picture.handle.grid, picture.data.data(), 0});
        SCOPED_TRACE(wrap);
        expect_like(render(64 * 20, 0, {0.031}), judge, sum, 1e-5);
    }
}

// Sums over neighbourhoods, at the picture's size and at others, plain and weighted.
TEST_P(Raster, SeparableSums) {
    Picture picture(70, 20, 2);
    std::mt19937 random(8);
    for (float& v : picture.data) v = std::uniform_real_distribution<float>(0, 1)(random);
    for (const std::uint32_t wrap :
         {WEFT_WRAP_CLAMP, WEFT_WRAP_REPEAT, WEFT_WRAP_MIRROR, WEFT_WRAP_ZERO})
        for (const std::uint64_t width : {70u, 105u, 50u})
            for (const bool weighted : {false, true}) {
                batch = BatchText();
                for (int a = 0; a < 2; ++a) picture.handle.grid.axes[a].wrap = wrap;
                host.bind(1, picture.handle);
                KernelText& kernel = batch.kernel(WEFT_DOMAIN_RASTER, width, 9);
                Ir& ir = kernel.ir;
                const std::uint32_t input = batch.input(1, 1);
                const Ir::Id x = ir.field(WEFT_FIELD_X, kX);
                const Ir::Id y = ir.field(WEFT_FIELD_Y, kY);
                Ir::Id sum = ir.op(WEFT_OP_MUL, {x, y});
                for (int j = -2; j <= 2; ++j)
                    for (int i = -2; i <= 2; ++i) {
                        const Ir::Id dx = ir.constant(i / static_cast<double>(width));
                        const Ir::Id dy = ir.constant(j / 25.0);
                        Ir::Id s = ir.sample(
                            input, {ir.op(WEFT_OP_ADD, {x, dx}), ir.op(WEFT_OP_ADD, {y, dy})});
                        ir.affine(s, 0, WEFT_FIELD_X, 1.0, dx);
                        const double weight = (3.0 - std::abs(i)) * (4.0 - std::abs(j)) / 81;
                        if (weighted) s = ir.op(WEFT_OP_MUL, {s, ir.constant(weight)});
                        sum = ir.op(WEFT_OP_ADD, {sum, s});
                    }
                kernel.store(batch.picture(width, 9, WEFT_FORMAT_F32, 1, 0), {sum});
                Judge judge;
                judge.kernel = &kernel;
                judge.inputs.assign(1, {&picture.handle.grid, picture.data.data(), 1});
                SCOPED_TRACE(testing::Message() << "wrap " << wrap << " width " << width);
                expect_like(render(width * 9), judge, sum, 1e-4);
            }
}

// Sums long enough that kernels become loops over tables of what differs from term to term: places,
// weights, uniforms, precision; two sums that share terms.
TEST_P(Raster, LongSums) {
    constexpr int kTerms = 90;
    Picture picture(70, 20, 2);
    std::mt19937 random(8);
    for (float& v : picture.data) v = std::uniform_real_distribution<float>(0, 1)(random);
    for (const std::uint32_t wrap :
         {WEFT_WRAP_CLAMP, WEFT_WRAP_REPEAT, WEFT_WRAP_MIRROR, WEFT_WRAP_ZERO}) {
        batch = BatchText();
        for (int a = 0; a < 2; ++a) picture.handle.grid.axes[a].wrap = wrap;
        host.bind(1, picture.handle);
        KernelText& kernel = batch.kernel(WEFT_DOMAIN_RASTER, 37, 9);
        Ir& ir = kernel.ir;
        const std::uint32_t input = batch.input(1, 1);
        const Ir::Id x = ir.field(WEFT_FIELD_X, kX);
        const Ir::Id y = ir.field(WEFT_FIELD_Y, kY);
        const Ir::Id product = ir.op(WEFT_OP_MUL, {x, y});
        Ir::Id sum = product, waves = ir.op(WEFT_OP_SIN, {y});
        Judge judge;
        for (int i = 0; i < kTerms; ++i) {
            judge.uniforms.push_back(0.1 * (i % 13));
            const Ir::Id dx = ir.constant((i - 40) / 37.0);
            const Ir::Id far = ir.constant(0.037 * (i - 20));
            const Ir::Id moved = ir.sample(input, {ir.op(WEFT_OP_ADD, {x, dx}), product});
            ir.affine(moved, 0, WEFT_FIELD_X, 1.0, dx);
            const Ir::Id fixed = ir.sample(input, {product, far});
            const Ir::Id angle = ir.op(WEFT_OP_MUL, {product, ir.constant(i)}, i % 3 == 0);
            const auto n = static_cast<std::uint32_t>(i * 7 % kTerms);
            const Ir::Id wave =
                ir.op(WEFT_OP_SIN, {ir.op(WEFT_OP_ADD, {angle, ir.uniform(n)}, i < 7)});
            const Ir::Id weight = ir.constant(1.0 / (i + 3));
            sum = ir.op(WEFT_OP_ADD, {sum, ir.op(WEFT_OP_MUL, {moved, wave})});
            sum = ir.op(WEFT_OP_ADD, {ir.op(WEFT_OP_MUL, {fixed, weight}), sum}, i > 60);
            waves = ir.op(WEFT_OP_MAX, {waves, ir.op(WEFT_OP_MUL, {wave, weight})});
        }
        const Ir::Id both = ir.op(WEFT_OP_ADD, {sum, ir.op(WEFT_OP_MUL, {sum, waves})});
        kernel.store(batch.picture(37, 9, WEFT_FORMAT_F32, 1, 0), {both});
        judge.kernel = &kernel;
        judge.inputs.assign(1, {&picture.handle.grid, picture.data.data(), 1});
        SCOPED_TRACE(wrap);
        expect_like(render(37 * 9, 0, judge.uniforms), judge, both, 1e-4);
    }
}

// A picture read at another size, which goes through windows of neighbours.
TEST_P(Raster, ScaledReads) {
    Picture picture(70, 20, 1);
    std::mt19937 random(9);
    for (float& v : picture.data) v = std::uniform_real_distribution<float>(0, 1)(random);
    host.bind(1, picture.handle);
    for (const double scale : {0.3, 0.99, 1.0, 1.2, -1.0}) {
        batch = BatchText();
        KernelText& kernel = batch.kernel(WEFT_DOMAIN_RASTER, 90, 10);
        Ir& ir = kernel.ir;
        const Ir::Id x = ir.field(WEFT_FIELD_X, kX);
        const Ir::Id y = ir.field(WEFT_FIELD_Y, kY);
        const Ir::Id base = ir.constant(0.3);
        const Ir::Id u = ir.op(WEFT_OP_ADD, {ir.op(WEFT_OP_MUL, {x, ir.constant(scale)}), base});
        const Ir::Id s = ir.sample(batch.input(1), {u, y});
        ir.affine(s, 0, WEFT_FIELD_X, scale, base);
        // The same columns of rows that vary from lane to lane.
        const Ir::Id slope = ir.sample(0, {u, ir.op(WEFT_OP_MUL, {x, y})});
        ir.affine(slope, 0, WEFT_FIELD_X, scale, base);
        const Ir::Id sum = ir.op(WEFT_OP_ADD, {s, slope});
        kernel.store(batch.picture(90, 10, WEFT_FORMAT_F32, 1, 0), {sum});
        Judge judge;
        judge.kernel = &kernel;
        judge.inputs.assign(1, {&picture.handle.grid, picture.data.data(), 0});
        SCOPED_TRACE(scale);
        expect_like(render(90 * 10), judge, sum, 1e-5);
    }
}

TEST_P(Raster, Loops) {
    KernelText& kernel = batch.kernel(WEFT_DOMAIN_RASTER, 33, 9);
    Ir& ir = kernel.ir;
    const Ir::Id x = ir.field(WEFT_FIELD_X, kX);
    const Ir::Id y = ir.field(WEFT_FIELD_Y, kY);
    // A trip count of every lane's own, and a loop inside with a shared one.
    const Ir::Id to = ir.op(WEFT_OP_MUL, {ir.op(WEFT_OP_MUL, {x, y}), ir.constant(20.0)});
    const std::uint8_t point = WEFT_VARIES_POINT;
    const Ir::Id outer = ir.begin_loop(ir.constant(1.5), to, {ir.constant(0.0), x}, point);
    const Ir::Id i = ir.index(outer);
    const Ir::Id a = ir.carried(outer, 0);
    const Ir::Id b = ir.carried(outer, 1);
    const Ir::Id inner = ir.begin_loop(ir.constant(0.0), ir.uniform(0), {a}, point);
    const Ir::Id j = ir.index(inner);
    const Ir::Id c = ir.carried(inner, 0);
    const Ir::Id step = ir.op(WEFT_OP_DIV, {ir.op(WEFT_OP_ADD, {j, y}), i});
    ir.end_loop(inner, {ir.op(WEFT_OP_ADD, {c, step})});
    const Ir::Id sum = ir.result(inner, 0);
    ir.end_loop(outer, {sum, ir.op(WEFT_OP_MUL, {b, ir.constant(0.5)})});
    const Ir::Id v = ir.op(WEFT_OP_ADD, {ir.result(outer, 0), ir.result(outer, 1)});
    kernel.store(batch.picture(33, 9, WEFT_FORMAT_F32, 1, 0), {v});
    Judge judge;
    judge.kernel = &kernel;
    judge.uniforms = {3.0};
    expect_like(render(33 * 9, 0, {3.0}), judge, v, 2e-5);
}

TEST_P(Raster, FeedbackOverFrames) {
    // next = 0.5 * previous (shifted) + x, one tick back.
    const std::uint32_t cache = batch.cache(3, WEFT_TICK_FRAME, 40, 8);
    const std::uint32_t past = batch.internal(cache);
    KernelText& kernel = batch.kernel(WEFT_DOMAIN_RASTER, 40, 8);
    Ir& ir = kernel.ir;
    const Ir::Id x = ir.field(WEFT_FIELD_X, kX);
    const Ir::Id y = ir.field(WEFT_FIELD_Y, kY);
    const Ir::Id before = ir.sample(past, {x, y, ir.constant(1.0)});
    const Ir::Id older = ir.sample(past, {x, y, ir.constant(-1.0)});  // wraps to 2
    Ir::Id v = ir.op(WEFT_OP_MUL, {before, ir.constant(0.5)});
    v = ir.op(WEFT_OP_ADD, {v, ir.op(WEFT_OP_MUL, {older, ir.constant(0.25)})});
    v = ir.op(WEFT_OP_ADD, {v, x});
    kernel.store(cache, {v});
    kernel.store(batch.picture(40, 8, WEFT_FORMAT_F32, 1, 0), {v});
    Compiled program(host, batch, GetParam());
    ASSERT_TRUE(program.ok()) << program.error().message;
    std::vector<float> picture(40 * 8);
    double now[3] = {0, 0, 0};
    const double at = 7.5 / 40;
    for (int frame = 0; frame < 9; ++frame) {
        // A run-up frame leaves the picture alone.
        program.skip_targets = frame == 4;
        picture[7] = -1.0f;
        ASSERT_EQ(program.frame(frame, {{picture.data(), picture.size() * 4}}), WEFT_OK);
        const double next = 0.5 * now[0] + 0.25 * now[1] + at;
        now[1] = now[0];
        now[0] = next;
        EXPECT_NEAR(picture[7], frame == 4 ? -1.0 : next, 1e-5) << frame;
    }
    Points points;
    points.constants[WEFT_FIELD_ABSFRAME] = 8;
    const std::vector<double> xs = {at, at};
    const std::vector<double> ys = {0.5, 0.5};
    const std::vector<double> ks = {0, 1};
    points.set(WEFT_FIELD_X, xs);
    points.set(WEFT_FIELD_Y, ys);
    points.view.own = ks.data();
    double values[2] = {};
    ASSERT_EQ(program.values(cache, points.view, values), WEFT_OK);
    EXPECT_NEAR(values[0], now[0], 1e-5);
    EXPECT_NEAR(values[1], now[1], 1e-5);
}

TEST_P(Raster, SameBytesWithAnyThreads) {
    KernelText& kernel = batch.kernel(WEFT_DOMAIN_RASTER, 67, 131);
    Ir& ir = kernel.ir;
    const Ir::Id x = ir.field(WEFT_FIELD_X, kX);
    const Ir::Id y = ir.field(WEFT_FIELD_Y, kY);
    const Ir::Id row = ir.op(WEFT_OP_SIN, {y});
    const Ir::Id v = ir.op(WEFT_OP_NOISE, {ir.op(WEFT_OP_MUL, {x, row}), y, ir.constant(0.3)});
    kernel.store(batch.picture(67, 131, WEFT_FORMAT_F32, 1, 0), {v});
    host.threads = 1;
    const std::vector<float> one = render(67 * 131);
    for (const std::uint32_t threads : {2u, 5u}) {
        host.threads = threads;
        const std::vector<float> many = render(67 * 131);
        EXPECT_EQ(std::memcmp(one.data(), many.data(), one.size() * 4), 0);
    }
}

TEST_P(Raster, StopsWhenAsked) {
    KernelText& kernel = batch.kernel(WEFT_DOMAIN_RASTER, 64, 64);
    Ir& ir = kernel.ir;
    const Ir::Id x = ir.field(WEFT_FIELD_X, kX);
    const Ir::Id y = ir.field(WEFT_FIELD_Y, kY);
    const Ir::Id seed = ir.op(WEFT_OP_MUL, {x, y});
    const Ir::Id loop =
        ir.begin_loop(ir.constant(0), ir.constant(1e300), {seed}, WEFT_VARIES_POINT);
    ir.end_loop(loop, {ir.op(WEFT_OP_ADD, {ir.carried(loop, 0), ir.constant(1)})});
    kernel.store(batch.picture(64, 64, WEFT_FORMAT_F32, 1, 0), {ir.result(loop, 0)});
    Compiled program(host, batch, GetParam());
    ASSERT_TRUE(program.ok()) << program.error().message;
    std::vector<float> picture(64 * 64);
    program.cancel = 1;
    EXPECT_EQ(program.frame(0, {{picture.data(), picture.size() * 4}}), WEFT_CANCELLED);
}

INSTANTIATE_TEST_SUITE_P(All, Raster, testing::ValuesIn(all_places()),
                         [](const auto& chosen) { return chosen.param.name(); });

// Independent of the width: every lane is computed by the same operations.
TEST(Widths, FusedWidthsAgreeToTheByte) {
    const std::string why = why_not({"cpu"});
    if (!why.empty()) return test::absent(why);
    Host host;
    std::vector<std::vector<float>> pictures;
    for (const unsigned lanes : {8u, 16u}) {
        BatchText batch;
        KernelText& kernel = batch.kernel(WEFT_DOMAIN_RASTER, 61, 40);
        Ir& ir = kernel.ir;
        const Ir::Id x = ir.field(WEFT_FIELD_X, kX);
        const Ir::Id y = ir.field(WEFT_FIELD_Y, kY);
        const Ir::Id xy = ir.op(WEFT_OP_MUL, {x, y});
        Ir::Id v = ir.op(WEFT_OP_SIN, {ir.op(WEFT_OP_MUL, {xy, ir.constant(1e6)})});
        v = ir.op(WEFT_OP_ADD, {v, ir.op(WEFT_OP_LOG, {xy})});
        v = ir.op(WEFT_OP_ADD, {v, ir.op(WEFT_OP_POW, {xy, y})});
        v = ir.op(WEFT_OP_ADD, {v, ir.op(WEFT_OP_ATAN2, {x, xy})});
        kernel.store(batch.picture(61, 40, WEFT_FORMAT_F32, 1, 0), {v});
        Compiled program(host, batch, {"cpu", lanes});
        ASSERT_TRUE(program.ok()) << program.error().message;
        std::vector<float>& picture = pictures.emplace_back(61 * 40);
        ASSERT_EQ(program.frame(0, {{picture.data(), picture.size() * 4}}), WEFT_OK);
    }
    EXPECT_EQ(std::memcmp(pictures[0].data(), pictures[1].data(), 61 * 40 * 4), 0);
}

}  // namespace
}  // namespace weft::batch_test

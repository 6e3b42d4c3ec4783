// Values at free points, and getters.
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "tests/batches/batch.h"

namespace weft::batch_test {
namespace {

constexpr std::uint8_t kPoint = WEFT_VARIES_FRAME | WEFT_VARIES_POINT;

class PointList : public OnPlace {};

TEST_P(PointList, AnyCountInFullPrecision) {
    Host host;
    BatchText batch;
    Picture picture(31, 11, 2);
    std::mt19937 random(3);
    for (float& v : picture.data) v = std::uniform_real_distribution<float>(0, 1)(random);
    host.bind(4, picture.handle);
    KernelText& kernel = batch.kernel(WEFT_DOMAIN_POINTS);
    Ir& ir = kernel.ir;
    const Ir::Id x = ir.field(WEFT_FIELD_X, kPoint);
    const Ir::Id y = ir.field(WEFT_FIELD_Y, kPoint);
    const Ir::Id t = ir.field(WEFT_FIELD_TIME, kPoint);
    const Ir::Id k = ir.field(WEFT_FIELD_OWN, kPoint);
    const Ir::Id read = ir.sample(batch.input(4, 1), {x, y});
    Ir::Id v = ir.op(WEFT_OP_ADD, {read, ir.op(WEFT_OP_SIN, {ir.op(WEFT_OP_MUL, {t, x})})});
    v = ir.op(WEFT_OP_ADD, {v, ir.op(WEFT_OP_MUL, {k, ir.param(1)})});
    const std::uint32_t out = batch.values();
    kernel.store(out, {v});
    Compiled program(host, batch, GetParam());
    ASSERT_TRUE(program.ok()) << program.error().message;
    const double params[2] = {0, 0.75};
    for (const std::size_t count : {1u, 2u, 3u, 4u, 5u, 16u, 17u, 100u}) {
        std::vector<double> xs, ys, ks;
        for (std::size_t i = 0; i < count; ++i) {
            xs.push_back(std::uniform_real_distribution<double>(-0.2, 1.2)(random));
            ys.push_back(std::uniform_real_distribution<double>(-0.2, 1.2)(random));
            ks.push_back(static_cast<double>(i));
        }
        Points points;
        points.constants[WEFT_FIELD_TIME] = 2592000.25;
        points.set(WEFT_FIELD_X, xs);
        points.set(WEFT_FIELD_Y, ys);
        points.view.own = ks.data();
        points.view.params = params;
        std::vector<double> values(count + 1, -5.0);
        ASSERT_EQ(program.values(out, points.view, values.data()), WEFT_OK);
        EXPECT_EQ(values[count], -5.0);
        Judge judge;
        judge.kernel = &kernel;
        judge.params = {0, 0.75};
        judge.inputs = {{&picture.handle.grid, picture.data.data(), 1}};
        judge.fields[WEFT_FIELD_TIME] = 2592000.25;
        for (std::size_t i = 0; i < count; ++i) {
            judge.fields[WEFT_FIELD_X] = xs[i];
            judge.fields[WEFT_FIELD_Y] = ys[i];
            judge.own = ks[i];
            EXPECT_NEAR(values[i], judge.value(v), 1e-12) << count << ' ' << i;
        }
    }
}

TEST_P(PointList, GettersAreAskedAtTheOperands) {
    Host host;
    weft_binding binding{};
    binding.struct_size = sizeof binding;
    binding.kind = WEFT_HANDLE_NONE;
    binding.handle.grid.axis_count = 2;
    binding.handle.grid.axes[0].field = WEFT_FIELD_X;
    binding.handle.grid.axes[1].field = WEFT_FIELD_Y;
    binding.get_values = [](void*, const weft_points* points, double* values, weft_error*) {
        for (std::uint64_t i = 0; i < points->count; ++i)
            values[i] = points->fields[WEFT_FIELD_X][i] + 100 * points->fields[WEFT_FIELD_Y][i];
        return WEFT_OK;
    };
    host.inputs[9] = binding;
    BatchText batch;
    KernelText& kernel = batch.kernel(WEFT_DOMAIN_RASTER, 21, 5);
    Ir& ir = kernel.ir;
    const Ir::Id x = ir.field(WEFT_FIELD_X, WEFT_VARIES_COLUMN);
    const Ir::Id y = ir.field(WEFT_FIELD_Y, WEFT_VARIES_ROW);
    const std::uint32_t input = batch.input(9);
    const Ir::Id by_point = ir.sample(input, {ir.op(WEFT_OP_MUL, {x, y}), y});
    const Ir::Id by_row = ir.sample(input, {y, ir.constant(0.25)});
    const Ir::Id once = ir.sample(input, {ir.constant(0.5), ir.constant(0.125)});
    Ir::Id v = ir.op(WEFT_OP_ADD, {by_point, by_row});
    v = ir.op(WEFT_OP_ADD, {v, once});
    kernel.store(batch.picture(21, 5, WEFT_FORMAT_F32, 1, 0), {v});
    Compiled program(host, batch, GetParam());
    ASSERT_TRUE(program.ok()) << program.error().message;
    std::vector<float> picture(21 * 5);
    ASSERT_EQ(program.frame(0, {{picture.data(), picture.size() * 4}}), WEFT_OK);
    for (int j = 0; j < 5; ++j)
        for (int i = 0; i < 21; ++i) {
            const double u = (i + 0.5) / 21;
            const double w = (j + 0.5) / 5;
            const double expected = u * w + 100 * w + (w + 25) + (0.5 + 12.5);
            EXPECT_NEAR(picture[static_cast<std::size_t>(j * 21 + i)], expected, 1e-4);
        }
}

// A getter of a cache, which tells the tick at which it is asked.
weft_binding telling_ticks(std::uint32_t tick) {
    weft_binding binding{};
    binding.struct_size = sizeof binding;
    binding.kind = WEFT_HANDLE_NONE;
    weft_grid& grid = binding.handle.grid;
    grid.axis_count = 2;
    grid.axes[0].field = WEFT_FIELD_X;
    grid.axes[1].field = WEFT_FIELD_OWN;
    grid.axes[1].wrap = WEFT_WRAP_RING;
    grid.axes[1].tick = tick;
    binding.get_values = [](void* getter, const weft_points* points, double* values, weft_error*) {
        const auto field = getter != nullptr ? WEFT_FIELD_ABSSAMPLE : WEFT_FIELD_ABSFRAME;
        for (std::uint64_t i = 0; i < points->count; ++i)
            values[i] = points->fields[field] != nullptr ? points->fields[field][i]
                                                         : points->constants[field];
        return WEFT_OK;
    };
    static int samples;
    binding.getter = tick == WEFT_TICK_SAMPLE ? &samples : nullptr;
    return binding;
}

// As it would be read in place: frames that were left out have no tick, a picture reads sound at
// the frame's first sample, which is not the clock's.
TEST_P(PointList, CachesAreAskedAtTheTickAtWhichTheyWouldBeRead) {
    Host host;
    host.inputs[1] = telling_ticks(WEFT_TICK_FRAME);
    host.inputs[2] = telling_ticks(WEFT_TICK_SAMPLE);
    BatchText batch;
    KernelText& picture = batch.kernel(WEFT_DOMAIN_RASTER, 20, 3);
    const auto ask = [&](Ir& ir, std::uint64_t id, Ir::Id x, bool wide) {
        return ir.sample(batch.input(id), {x, ir.constant(0)}, wide);
    };
    Ir::Id x = picture.ir.field(WEFT_FIELD_X, WEFT_VARIES_COLUMN);
    const std::uint32_t frames = batch.picture(20, 3, WEFT_FORMAT_F32, 1, 0);
    picture.store(frames, {ask(picture.ir, 1, x, false)});
    KernelText& other = batch.kernel(WEFT_DOMAIN_RASTER, 20, 3);
    x = other.ir.field(WEFT_FIELD_X, WEFT_VARIES_COLUMN);
    other.store(batch.picture(20, 3, WEFT_FORMAT_F32, 1, 1), {ask(other.ir, 2, x, false)});
    KernelText& sound = batch.kernel(WEFT_DOMAIN_STREAM);
    x = sound.ir.constant(0.5);
    sound.store(batch.sound(2), {ask(sound.ir, 2, x, true)});
    const std::uint32_t point = batch.values();
    KernelText& free = batch.kernel(WEFT_DOMAIN_POINTS);
    x = free.ir.field(WEFT_FIELD_X, kPoint);
    free.store(point, {free.ir.op(WEFT_OP_ADD, {ask(free.ir, 1, x, false), x})});
    Compiled program(host, batch, GetParam());
    ASSERT_TRUE(program.ok()) << program.error().message;
    std::vector<float> by_frame(60), by_sample(60), heard(100);
    program.left_out = 3;
    ASSERT_EQ(program.frame(7,
                            {{by_frame.data(), by_frame.size() * 4},
                             {by_sample.data(), by_sample.size() * 4},
                             {heard.data(), heard.size() * 4}},
                            5601, 100),
              WEFT_OK);
    for (const float tick : by_frame) ASSERT_EQ(tick, 4);
    for (const float tick : by_sample) ASSERT_EQ(tick, 5601);
    for (std::size_t n = 0; n < heard.size(); ++n) ASSERT_EQ(heard[n], 5601 + float(n));
    for (const std::size_t count : {1u, 70u}) {
        Points points;
        const std::vector<double> xs(count, 0.25);
        points.set(WEFT_FIELD_X, xs);
        points.constants[WEFT_FIELD_ABSFRAME] = 9;
        points.view.params = program.params.data();
        std::vector<double> values(count);
        ASSERT_EQ(program.values(point, points.view, values.data()), WEFT_OK);
        for (const double value : values) ASSERT_EQ(value, 9.25);
    }
}

INSTANTIATE_TEST_SUITE_P(All, PointList, testing::ValuesIn(all_places()),
                         [](const auto& chosen) { return chosen.param.name(); });

}  // namespace
}  // namespace weft::batch_test

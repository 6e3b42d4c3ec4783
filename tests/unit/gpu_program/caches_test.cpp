// Caches: rings of pictures and of samples, filters that read their own past, memory shared in
// place between programs of one instance and with the host.
#include <gtest/gtest.h>

#include <cmath>

#include "instance.h"

namespace weft::gpu_test {
namespace {

class Caches : public OnDevice {};

// Stores `scale * absframe + x` into a cache of pictures.
std::uint32_t add_ramp(BatchText& batch, std::uint64_t ticks, std::uint64_t width,
                       std::uint64_t height, double scale) {
    KernelText& kernel = batch.kernel(WEFT_DOMAIN_RASTER, width, height);
    Ir& ir = kernel.ir;
    const Ir::Id x = ir.field(WEFT_FIELD_X, WEFT_VARIES_COLUMN);
    const Ir::Id frame = ir.field(WEFT_FIELD_ABSFRAME, WEFT_VARIES_FRAME, true);
    const Ir::Id scaled = ir.op(WEFT_OP_MUL, {frame, ir.constant(scale)}, true);
    const std::uint32_t cache = batch.cache(ticks, WEFT_TICK_FRAME, width, height);
    kernel.store(cache, {ir.op(WEFT_OP_ADD, {scaled, x}, true)});
    return cache;
}

// A picture of what input `input` holds `back` ticks ago.
void show(BatchText& batch, std::uint32_t input, double back, std::uint64_t width,
          std::uint64_t height) {
    KernelText& kernel = batch.kernel(WEFT_DOMAIN_RASTER, width, height);
    Ir& ir = kernel.ir;
    const Ir::Id x = ir.field(WEFT_FIELD_X, WEFT_VARIES_COLUMN);
    const Ir::Id y = ir.field(WEFT_FIELD_Y, WEFT_VARIES_ROW);
    kernel.store(batch.picture(width, height, WEFT_FORMAT_F32, 1, 0),
                 {ir.sample(input, {x, y, ir.constant(back)})});
}

float ramp_at(std::uint64_t i, std::uint64_t width, double frame, double scale) {
    return static_cast<float>(frame * scale +
                              (static_cast<double>(i) + 0.5) / static_cast<double>(width));
}

TEST_P(Caches, ARingOfPictures) {
    Instance instance(host, GetParam());
    BatchText batch;
    const std::uint32_t cache = add_ramp(batch, 3, 100, 7, 10);
    show(batch, batch.internal(cache), 2, 100, 7);
    Running program(instance, batch);
    ASSERT_TRUE(program.ok()) << instance.error.message;
    std::vector<float> picture(700);
    for (std::int64_t frame = 5; frame < 15; ++frame) {
        const weft_target target{picture.data(), 2800};
        ASSERT_EQ(program.execute({frame, {target}}), WEFT_OK) << instance.error.message;
        for (std::uint64_t i = 0; i < 100; ++i) {
            const float expected = frame < 7 ? 0.0f : ramp_at(i, 100, double(frame - 2), 10);
            ASSERT_NEAR(picture[i + 300], expected, 1e-4f) << frame << ' ' << i;
        }
        for (const double k : {0.0, 1.0}) {
            if (frame - k < 5) continue;
            EXPECT_NEAR(program.value(cache, 0.505, 0.5, k, frame),
                        (double(frame) - k) * 10 + 0.505, 1e-4);
        }
    }
    EXPECT_EQ(program.counters().frames, 10u);
}

// Each point reads the ring as of the tick it stands at.
TEST_P(Caches, PointsHaveTicksOfTheirOwn) {
    Instance instance(host, GetParam());
    BatchText batch;
    const std::uint32_t cache = add_ramp(batch, 3, 64, 8, 10);
    const std::uint32_t out = batch.values();
    KernelText& kernel = batch.kernel(WEFT_DOMAIN_POINTS);
    Ir& ir = kernel.ir;
    const Ir::Id x = ir.field(WEFT_FIELD_X, kPoint);
    const Ir::Id y = ir.field(WEFT_FIELD_Y, kPoint);
    kernel.store(out, {ir.sample(batch.internal(cache), {x, y, ir.constant(0)})});
    Running program(instance, batch);
    ASSERT_TRUE(program.ok()) << instance.error.message;
    for (std::int64_t frame = 0; frame < 8; ++frame)
        ASSERT_EQ(program.execute({frame, {}}), WEFT_OK) << instance.error.message;
    const std::vector<double> ticks = {7, 7, 5, 6, 6, 7};
    const std::vector<double> places = {0.1, 0.2, 0.3, 0.4, 0.5, 0.6};
    batch_test::Points points;
    points.constants[WEFT_FIELD_Y] = 0.5;
    points.set(WEFT_FIELD_ABSFRAME, ticks);
    points.set(WEFT_FIELD_X, places);
    std::vector<double> values(ticks.size());
    for (const std::uint32_t output : {out, cache}) {
        ASSERT_EQ(instance.api->get_values(program.program(), output, &points.view, values.data(),
                                           &instance.error),
                  WEFT_OK)
            << instance.error.message;
        for (std::size_t n = 0; n < ticks.size(); ++n)
            EXPECT_NEAR(values[n], 10 * ticks[n] + places[n], 1e-4) << output << ' ' << n;
    }
}

TEST_P(Caches, AFrameWithoutCaptureKeepsThem) {
    Instance instance(host, GetParam());
    BatchText batch;
    const std::uint32_t cache = add_ramp(batch, 1, 64, 4, 10);
    batch.outputs[cache].shared = 1;
    Running program(instance, batch);
    ASSERT_TRUE(program.ok()) << instance.error.message;
    ASSERT_EQ(program.execute({3, {}}), WEFT_OK);
    const weft_view& view = *program.handle(cache, 0).view;
    const std::uint64_t generation = view.generation;
    EXPECT_EQ(view.tick, 3);
    Running::Frame still{4, {}};
    still.capture = 0;
    ASSERT_EQ(program.execute(still), WEFT_OK);
    EXPECT_EQ(view.tick, 3);
    EXPECT_EQ(view.generation, generation);
    EXPECT_NEAR(program.value(cache, 0.5078125, 0.5, 0, 3), 30.5078125, 1e-4);
}

// y = x + 0.5 * y[k = 1], by a kernel that reads what it stores.
TEST_P(Caches, AFilterOfSamples) {
    Instance instance(host, GetParam());
    BatchText batch;
    const std::uint32_t cache = batch.cache(2, WEFT_TICK_SAMPLE);
    KernelText& kernel = batch.kernel(WEFT_DOMAIN_STREAM);
    Ir& ir = kernel.ir;
    const Ir::Id past = ir.sample(batch.internal(cache), {ir.constant(1)}, true);
    const Ir::Id half = ir.op(WEFT_OP_MUL, {past, ir.constant(0.5)}, true);
    const Ir::Id sample = ir.field(WEFT_FIELD_ABSSAMPLE, kPoint, true);
    const Ir::Id odd = ir.op(WEFT_OP_MOD, {sample, ir.constant(2)}, true);
    const Ir::Id out = ir.op(WEFT_OP_ADD, {odd, half}, true);
    kernel.store(cache, {out});
    kernel.store(batch.sound(0), {out});
    Running program(instance, batch);
    ASSERT_TRUE(program.ok()) << instance.error.message;
    double expected = 0;
    std::int64_t first = 0;
    for (const std::uint64_t count : {800u, 1u, 799u, 37u, 64u, 800u, 800u}) {
        std::vector<float> sound(count + 1, -7.0f);
        Running::Frame frame{first / 800, {{sound.data(), count * 4}}};
        frame.first_sample = first;
        frame.sample_count = count;
        ASSERT_EQ(program.execute(frame), WEFT_OK) << instance.error.message;
        for (std::uint64_t n = 0; n < count; ++n) {
            expected = static_cast<double>((first + std::int64_t(n)) % 2) + 0.5 * expected;
            ASSERT_NEAR(sound[n], expected, 1e-6) << first << ' ' << n;
        }
        EXPECT_EQ(sound[count], -7.0f);
        first += static_cast<std::int64_t>(count);
    }
}

// Two programs of one instance on one cache: the second reads the memory that the first writes.
TEST_P(Caches, SharedInPlace) {
    Instance instance(host, GetParam());
    for (const std::uint32_t kind : {WEFT_HANDLE_HOST, WEFT_HANDLE_LOCAL, WEFT_HANDLE_OPAQUE_FD}) {
        if (!instance.exports(kind) || (kind == WEFT_HANDLE_HOST && !instance.unified())) continue;
        BatchText first;
        const std::uint32_t cache = add_ramp(first, 1, 256, 64, 1);
        first.outputs[cache].shared = 1;
        first.outputs[cache].kinds = 1u << kind;
        Running producer(instance, first);
        ASSERT_TRUE(producer.ok()) << instance.error.message;
        const weft_handle handle = producer.handle(cache, kind);
        EXPECT_EQ(handle.kind, kind);
        host.bind(11, handle);
        BatchText second;
        show(second, second.input(11), 0, 256, 64);
        Running consumer(instance, second);
        ASSERT_TRUE(consumer.ok()) << instance.error.message;
        Pages pages(256 * 64 * 4);
        for (std::int64_t frame = 0; frame < 3; ++frame) {
            ASSERT_EQ(producer.execute({frame, {}}), WEFT_OK);
            ASSERT_EQ(consumer.execute({frame, {{pages.data(), pages.size()}}}), WEFT_OK);
            for (std::uint64_t i = 0; i < 256; ++i)
                ASSERT_NEAR(pages.floats()[i], ramp_at(i, 256, double(frame), 1), 1e-5f);
        }
        EXPECT_EQ(producer.counters().mirrored, 0u) << kind;
        EXPECT_EQ(consumer.counters().uploaded, 0u) << kind;
        if (!instance.unified()) continue;
        EXPECT_EQ(consumer.counters().delivered, 0u);
        if (kind != WEFT_HANDLE_HOST) continue;
        // The host's memory is the kernel's: what is written there is seen without another word.
        auto* words = static_cast<float*>(const_cast<void*>(handle.view->data));
        words[17] = 1234.5f;
        ASSERT_EQ(consumer.execute({2, {{pages.data(), pages.size()}}}), WEFT_OK);
        EXPECT_EQ(pages.floats()[17], 1234.5f);
    }
}

// Device memory with host memory beside it: the host's follows every execute.
TEST_P(Caches, HostMemoryBeside) {
    Instance instance(host, GetParam());
    for (const std::uint32_t kind : {WEFT_HANDLE_LOCAL, WEFT_HANDLE_OPAQUE_FD}) {
        if (!instance.exports(kind)) continue;
        BatchText batch;
        const std::uint32_t cache = add_ramp(batch, 2, 128, 8, 1);
        batch.outputs[cache].shared = 1;
        batch.outputs[cache].kinds = 1u << kind | 1u << WEFT_HANDLE_HOST;
        Running program(instance, batch);
        ASSERT_TRUE(program.ok()) << instance.error.message;
        const weft_handle beside = program.handle(cache, WEFT_HANDLE_HOST);
        EXPECT_EQ(program.handle(cache, kind).kind, kind);
        ASSERT_NE(beside.view->data, nullptr);
        const weft_axis& ring = beside.grid.axes[2];
        for (std::int64_t frame = 0; frame < 5; ++frame) {
            ASSERT_EQ(program.execute({frame, {}}), WEFT_OK) << instance.error.message;
            const auto* slot = reinterpret_cast<const float*>(
                static_cast<const char*>(beside.view->data) + frame % 2 * ring.stride);
            EXPECT_EQ(beside.view->tick, frame);
            for (std::uint64_t i = 0; i < 128; ++i)
                ASSERT_NEAR(slot[i], ramp_at(i, 128, double(frame), 1), 1e-5f) << frame;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(All, Caches, testing::ValuesIn(devices()), device_name);

}  // namespace
}  // namespace weft::gpu_test

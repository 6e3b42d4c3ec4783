// Gathers, values at points, and trials of memory.
#include <gtest/gtest.h>

#include <cmath>

#include "instance.h"

namespace weft::gpu_test {
namespace {

constexpr std::uint64_t kWidth = 200;
constexpr std::uint64_t kHeight = 30;

class Extensions : public OnDevice {
protected:
    // A cache of `ticks` pictures of absframe + x + 10 y.
    static BatchText pictures(std::uint64_t ticks, std::uint32_t kinds) {
        BatchText batch;
        KernelText& kernel = batch.kernel(WEFT_DOMAIN_RASTER, kWidth, kHeight);
        Ir& ir = kernel.ir;
        const Ir::Id frame = ir.field(WEFT_FIELD_ABSFRAME, WEFT_VARIES_FRAME, true);
        const Ir::Id x = ir.field(WEFT_FIELD_X, WEFT_VARIES_COLUMN);
        const Ir::Id y =
            ir.op(WEFT_OP_MUL, {ir.field(WEFT_FIELD_Y, WEFT_VARIES_ROW), ir.constant(10)});
        const Ir::Id moved = ir.op(WEFT_OP_ADD, {frame, x}, true);
        const std::uint32_t cache = batch.cache(ticks, WEFT_TICK_FRAME, kWidth, kHeight);
        batch.outputs[cache].kinds = kinds;
        kernel.store(cache, {ir.op(WEFT_OP_ADD, {moved, y}, true)});
        return batch;
    }
};

TEST_P(Extensions, GatheredValuesFollowEveryExecute) {
    Instance instance(host, GetParam());
    Running program(instance, pictures(4, 1u << WEFT_HANDLE_LOCAL));
    ASSERT_TRUE(program.ok()) << instance.error.message;
    const std::vector<double> x = {0.1, 0.503, 0.77, 0.9, 0.31};
    const std::vector<double> y = {0.2, 0.2, 0.5, 0.8, 0.66};
    const std::vector<double> k = {0, 0, 1, 2, 3};
    const double* coords[3] = {x.data(), y.data(), k.data()};
    const double* values = nullptr;
    ASSERT_EQ(
        instance.gather->gather(program.program(), 0, x.size(), coords, &values, &instance.error),
        WEFT_OK)
        << instance.error.message;
    ASSERT_NE(values, nullptr);
    for (std::int64_t frame = 10; frame < 20; ++frame) {
        ASSERT_EQ(program.execute({frame, {}}), WEFT_OK) << instance.error.message;
        for (std::size_t i = 0; i < x.size(); ++i) {
            if (double(frame) - k[i] < 10) continue;
            EXPECT_NEAR(values[i], double(frame) - k[i] + x[i] + 10 * y[i], 1e-4) << frame << i;
            EXPECT_NEAR(program.value(0, x[i], y[i], k[i], frame), values[i], 1e-6);
        }
    }
    EXPECT_LE(program.counters().gathered, 10 * 2 * 5 * sizeof(double));
    EXPECT_EQ(program.counters().mirrored, 0u);
}

TEST_P(Extensions, WhatCannotBeGatheredSaysSo) {
    Instance instance(host, GetParam());
    BatchText batch;
    const std::uint32_t out = batch.values();
    KernelText& kernel = batch.kernel(WEFT_DOMAIN_POINTS);
    kernel.store(out, {kernel.ir.field(WEFT_FIELD_X, kPoint)});
    Running program(instance, batch);
    ASSERT_TRUE(program.ok()) << instance.error.message;
    const double* values = nullptr;
    EXPECT_EQ(instance.gather->gather(program.program(), out, 1, nullptr, &values, &instance.error),
              WEFT_UNSUPPORTED);
    EXPECT_EQ(program.value(out, 0.375, 0, 0, 0), 0.375);
}

TEST_P(Extensions, AGetterIsNoInputOfAKernel) {
    Instance instance(host, GetParam());
    weft_binding binding{};
    binding.struct_size = sizeof binding;
    binding.handle.grid.axis_count = 1;
    host.inputs[1] = binding;
    BatchText batch;
    KernelText& kernel = batch.kernel(WEFT_DOMAIN_RASTER, 4, 4);
    const Ir::Id x = kernel.ir.field(WEFT_FIELD_X, WEFT_VARIES_COLUMN);
    kernel.store(batch.picture(4, 4, WEFT_FORMAT_F32, 1, 0),
                 {kernel.ir.sample(batch.input(1), {x})});
    Running program(instance, batch);
    EXPECT_FALSE(program.ok());
    EXPECT_EQ(program.status(), WEFT_UNSUPPORTED);
    EXPECT_NE(std::string(instance.error.message).find("in@s"), std::string::npos)
        << instance.error.message;
}

// Every kind that is offered both ways holds what was written into it.
TEST_P(Extensions, TrialsHold) {
    constexpr std::uint64_t kSize = 1u << 18;
    constexpr std::uint32_t kSeed = 12345;
    Instance instance(host, GetParam());
    std::uint64_t expected = 0;
    for (std::uint64_t i = 0; i < kSize / 4; ++i)
        expected += static_cast<std::uint32_t>(kSeed + i * 2654435761u);
    int tried = 0;
    for (std::uint32_t kind = WEFT_HANDLE_HOST; kind <= WEFT_HANDLE_LOCAL; ++kind) {
        weft_handle handle{};
        handle.struct_size = sizeof handle;
        weft_trial* trial = nullptr;
        const weft_status status = instance.memory->trial_begin(
            instance.backend, kind, kSize, kSeed, &handle, &trial, &instance.error);
        if (!instance.exports(kind)) {
            EXPECT_EQ(status, WEFT_UNSUPPORTED) << kind;
            EXPECT_EQ(trial, nullptr);
            continue;
        }
        ASSERT_EQ(status, WEFT_OK) << kind << ' ' << instance.error.message;
        EXPECT_EQ(handle.kind, kind);
        if (handle.view->data != nullptr) {
            std::uint64_t sum = 0;
            const auto* words = static_cast<const std::uint32_t*>(handle.view->data);
            for (std::uint64_t i = 0; i < kSize / 4; ++i) sum += words[i];
            EXPECT_EQ(sum, expected) << kind;
        }
        if (instance.imports(kind)) {
            std::uint64_t sum = 0;
            EXPECT_EQ(instance.memory->trial_read(instance.backend, &handle, &sum, &instance.error),
                      WEFT_OK)
                << kind << ' ' << instance.error.message;
            EXPECT_EQ(sum, expected) << kind;
            ++tried;
        }
        instance.memory->trial_end(instance.backend, trial);
    }
    EXPECT_GT(tried, 0);
    EXPECT_TRUE(instance.imports(WEFT_HANDLE_OPAQUE_FD) || instance.caps.no_import[0] != 0);
}

INSTANTIATE_TEST_SUITE_P(All, Extensions, testing::ValuesIn(devices()), device_name);

}  // namespace
}  // namespace weft::gpu_test

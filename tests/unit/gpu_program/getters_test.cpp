// Inputs that can only be asked: by pictures, by sounds, by questions that hang on answers, at
// points.
#include <gtest/gtest.h>

#include <cmath>

#include "instance.h"

namespace weft::gpu_test {
namespace {

// Answers 10 x + y + 1000 times the frame.
class Getters : public OnDevice {
protected:
    void SetUp() override {
        OnDevice::SetUp();
        weft_binding binding{};
        binding.struct_size = sizeof binding;
        binding.handle.grid.axis_count = 2;
        binding.handle.grid.axes[0].field = WEFT_FIELD_X;
        binding.handle.grid.axes[1].field = WEFT_FIELD_Y;
        binding.get_values = [](void*, const weft_points* points, double* values, weft_error*) {
            const auto at = [&](std::uint32_t field, std::uint64_t n) {
                return points->fields[field] != nullptr ? points->fields[field][n]
                                                        : points->constants[field];
            };
            for (std::uint64_t n = 0; n < points->count; ++n)
                values[n] =
                    answer(at(WEFT_FIELD_X, n), at(WEFT_FIELD_Y, n), at(WEFT_FIELD_ABSFRAME, n));
            return WEFT_OK;
        };
        host.inputs[3] = binding;
    }
    static double answer(double x, double y, double frame) { return 10 * x + y + 1000 * frame; }
};

TEST_P(Getters, APictureAsksWhatHangsOnAnAnswer) {
    Instance instance(host, GetParam());
    BatchText batch;
    KernelText& kernel = batch.kernel(WEFT_DOMAIN_RASTER, 70, 9);
    Ir& ir = kernel.ir;
    const Ir::Id x = ir.field(WEFT_FIELD_X, WEFT_VARIES_COLUMN);
    const Ir::Id y = ir.field(WEFT_FIELD_Y, WEFT_VARIES_ROW);
    const std::uint32_t input = batch.input(3);
    const Ir::Id first = ir.sample(input, {ir.op(WEFT_OP_MUL, {x, y}), y});
    const Ir::Id second = ir.sample(input, {ir.op(WEFT_OP_MOD, {first, ir.constant(1)}), x});
    kernel.store(batch.picture(70, 9, WEFT_FORMAT_F32, 1, 0),
                 {ir.op(WEFT_OP_SUB, {second, ir.constant(2000)})});
    Running program(instance, batch);
    ASSERT_TRUE(program.ok()) << instance.error.message;
    std::vector<float> picture(70 * 9);
    for (int turn = 0; turn < 2; ++turn) {
        ASSERT_EQ(program.execute({2, {{picture.data(), picture.size() * 4}}}), WEFT_OK)
            << instance.error.message;
        for (std::size_t j = 0; j < 9; ++j)
            for (std::size_t i = 0; i < 70; ++i) {
                const double u = (double(i) + 0.5) / 70;
                const double v = (double(j) + 0.5) / 9;
                const double before = answer(u * v, v, 2);
                const double rest = before - std::floor(before);
                if (rest < 0.01 || rest > 0.99) continue;  // a rounding may change the turn
                EXPECT_NEAR(picture[j * 70 + i], answer(rest, u, 2) - 2000, 5e-2) << i << ' ' << j;
            }
    }
}

TEST_P(Getters, ASoundAsks) {
    Instance instance(host, GetParam());
    BatchText batch;
    KernelText& kernel = batch.kernel(WEFT_DOMAIN_STREAM);
    Ir& ir = kernel.ir;
    const Ir::Id sample = ir.field(WEFT_FIELD_ABSSAMPLE, kPoint, true);
    const Ir::Id x = ir.op(WEFT_OP_MUL, {sample, ir.constant(0.001)}, true);
    kernel.store(batch.sound(0), {ir.sample(batch.input(3), {x, ir.constant(0.5)}, true)});
    Running program(instance, batch);
    ASSERT_TRUE(program.ok()) << instance.error.message;
    std::int64_t first = 0;
    for (const std::uint64_t count : {800u, 33u, 767u, 800u}) {
        std::vector<float> sound(count);
        Running::Frame frame{first / 800, {{sound.data(), count * 4}}};
        frame.first_sample = first;
        frame.sample_count = count;
        ASSERT_EQ(program.execute(frame), WEFT_OK) << instance.error.message;
        for (std::uint64_t n = 0; n < count; ++n) {
            const double at = static_cast<double>(first + static_cast<std::int64_t>(n));
            ASSERT_NEAR(sound[n], answer(at * 0.001, 0.5, double(first / 800)), 1e-3) << n;
        }
        first += static_cast<std::int64_t>(count);
    }
}

TEST_P(Getters, PointsAsk) {
    Instance instance(host, GetParam());
    BatchText batch;
    const std::uint32_t out = batch.values();
    KernelText& kernel = batch.kernel(WEFT_DOMAIN_POINTS);
    Ir& ir = kernel.ir;
    const Ir::Id x = ir.field(WEFT_FIELD_X, kPoint);
    const Ir::Id asked = ir.sample(batch.input(3), {ir.op(WEFT_OP_MUL, {x, x}), x});
    kernel.store(out, {ir.op(WEFT_OP_ADD, {asked, x})});
    Running program(instance, batch);
    ASSERT_TRUE(program.ok()) << instance.error.message;
    EXPECT_DOUBLE_EQ(program.value(out, 0.25, 0, 0, 3), answer(0.0625, 0.25, 3) + 0.25);
}

INSTANTIATE_TEST_SUITE_P(All, Getters, testing::ValuesIn(devices()), device_name);

}  // namespace
}  // namespace weft::gpu_test

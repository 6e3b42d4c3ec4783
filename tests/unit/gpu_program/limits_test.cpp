// Memory that runs out, and what stays behind after many reloads: nothing.
#include <gtest/gtest.h>

#include <string>

#include "instance.h"
#include "tests/support/holdings.h"

namespace weft::gpu_test {
namespace {

class Limits : public OnDevice {};

BatchText pictures(std::uint64_t ticks, std::uint64_t width, std::uint64_t height) {
    BatchText batch;
    KernelText& kernel = batch.kernel(WEFT_DOMAIN_RASTER, width, height);
    Ir& ir = kernel.ir;
    const Ir::Id x = ir.field(WEFT_FIELD_X, WEFT_VARIES_COLUMN);
    const Ir::Id y = ir.field(WEFT_FIELD_Y, WEFT_VARIES_ROW);
    const Ir::Id v = ir.op(WEFT_OP_ADD, {x, y});
    kernel.store(batch.cache(ticks, WEFT_TICK_FRAME, width, height), {v});
    kernel.store(batch.picture(width, height, WEFT_FORMAT_F32, 1, 0), {v});
    return batch;
}

TEST_P(Limits, TooLargeSaysHowLargeAndHarmsNobody) {
    Instance instance(host, GetParam());
    Running program(instance, pictures(1, 64, 64));
    ASSERT_TRUE(program.ok()) << instance.error.message;
    for (const std::uint64_t ticks : {std::uint64_t{1} << 14, std::uint64_t{1} << 40}) {
        Running large(instance, pictures(ticks, 3840, 2160));
        EXPECT_FALSE(large.ok());
        EXPECT_EQ(large.status(), WEFT_UNAVAILABLE);
        const std::string message = instance.error.message;
        EXPECT_NE(message.find("3840 x 2160"), std::string::npos) << message;
        EXPECT_NE(message.find(std::to_string(ticks) + " ticks"), std::string::npos) << message;
    }
    std::vector<float> picture(64 * 64);
    EXPECT_EQ(program.execute({1, {{picture.data(), picture.size() * 4}}}), WEFT_OK);
    EXPECT_GT(picture[64 * 64 - 1], 1.9f);
}

TEST_P(Limits, ReloadsLeaveNothingBehind) {
    Instance instance(host, GetParam());
    const BatchText batch = pictures(2, 256, 256);
    std::vector<float> picture(256 * 256);
    const auto cycle = [&](int count) {
        for (int i = 0; i < count; ++i) {
            Running program(instance, batch);
            ASSERT_TRUE(program.ok()) << instance.error.message;
            ASSERT_EQ(program.execute({i, {{picture.data(), picture.size() * 4}}}), WEFT_OK);
        }
    };
    cycle(20);
    const test::Holdings before = test::Holdings::now();
    cycle(200);
    const test::Holdings after = test::Holdings::now();
    EXPECT_LE(after.descriptors, before.descriptors);
    EXPECT_LE(after.threads, before.threads);
    // 200 programs hold 200 MB; what grows beyond the noise of an allocator stayed behind.
    EXPECT_LE(after.resident, before.resident + (8u << 20));
}

INSTANTIATE_TEST_SUITE_P(All, Limits, testing::ValuesIn(devices()), device_name);

}  // namespace
}  // namespace weft::gpu_test

// Frames: what is used in place and what is copied, several under way, cancelled ones.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>

#include "instance.h"

namespace weft::gpu_test {
namespace {

constexpr std::uint64_t kWidth = 256;
constexpr std::uint64_t kHeight = 64;

class Frames : public OnDevice {
protected:
    // A picture of input 1, times 2.
    static BatchText doubled() {
        BatchText batch;
        KernelText& kernel = batch.kernel(WEFT_DOMAIN_RASTER, kWidth, kHeight);
        Ir& ir = kernel.ir;
        const Ir::Id x = ir.field(WEFT_FIELD_X, WEFT_VARIES_COLUMN);
        const Ir::Id y = ir.field(WEFT_FIELD_Y, WEFT_VARIES_ROW);
        const Ir::Id read = ir.sample(batch.input(1), {x, y});
        kernel.store(batch.picture(kWidth, kHeight, WEFT_FORMAT_F32, 1, 0),
                     {ir.op(WEFT_OP_MUL, {read, ir.constant(2)})});
        return batch;
    }
    // A picture of the frame's number.
    static BatchText counted() {
        BatchText batch;
        KernelText& kernel = batch.kernel(WEFT_DOMAIN_RASTER, kWidth, kHeight);
        Ir& ir = kernel.ir;
        const Ir::Id frame = ir.field(WEFT_FIELD_ABSFRAME, WEFT_VARIES_FRAME, true);
        const Ir::Id x = ir.field(WEFT_FIELD_X, WEFT_VARIES_COLUMN);
        kernel.store(batch.picture(kWidth, kHeight, WEFT_FORMAT_F32, 1, 0),
                     {ir.op(WEFT_OP_ADD, {frame, x}, true)});
        return batch;
    }
};

TEST_P(Frames, HostMemoryIsReadWhereItLies) {
    Instance instance(host, GetParam());
    Pages from(kWidth * kHeight * 4 * 2);
    Picture picture(kWidth, kHeight);
    picture.view.data = from.data();
    picture.handle.memory_size = from.size();
    host.bind(1, picture.handle);
    Running program(instance, doubled());
    ASSERT_TRUE(program.ok()) << instance.error.message;
    Pages to(kWidth * kHeight * 4);
    for (int frame = 0; frame < 4; ++frame) {
        // A film's picture may move within its block.
        float* data = from.floats() + (frame % 2) * kWidth * kHeight;
        picture.view.data = data;
        picture.handle.memory_offset = 0;
        ++picture.view.generation;
        for (std::uint64_t i = 0; i < kWidth * kHeight; ++i)
            data[i] = static_cast<float>(i) + static_cast<float>(frame);
        ASSERT_EQ(program.execute({frame, {{to.data(), to.size()}}}), WEFT_OK)
            << instance.error.message;
        for (std::uint64_t i = 0; i < kWidth * kHeight; i += 101)
            ASSERT_EQ(to.floats()[i], 2 * data[i]) << frame << ' ' << i;
    }
    const weft_counters counters = program.counters();
    const std::uint64_t copied = instance.unified() ? 0 : kWidth * kHeight * 4 * 4;
    EXPECT_EQ(counters.uploaded, copied);
    EXPECT_EQ(counters.delivered, copied);
}

TEST_P(Frames, MemoryThatCannotBeImportedIsCopiedWhenItChanged) {
    Instance instance(host, GetParam());
    std::vector<float> heap(kWidth * kHeight + 1);
    Picture picture(kWidth, kHeight);
    picture.view.data = heap.data() + 1;
    host.bind(1, picture.handle);
    Running program(instance, doubled());
    ASSERT_TRUE(program.ok()) << instance.error.message;
    std::vector<float> to(kWidth * kHeight + 3, -1.0f);
    for (int frame = 0; frame < 4; ++frame) {
        if (frame % 2 == 0) {
            for (float& v : heap) v = static_cast<float>(frame + 1);
            ++picture.view.generation;
        }
        ASSERT_EQ(program.execute({frame, {{to.data() + 1, kWidth * kHeight * 4}}}), WEFT_OK)
            << instance.error.message;
        EXPECT_EQ(to[1 + kWidth], static_cast<float>(2 * (frame / 2 * 2 + 1)));
        EXPECT_EQ(to[0], -1.0f);
        EXPECT_EQ(to[kWidth * kHeight + 1], -1.0f);
    }
    EXPECT_EQ(program.counters().uploaded, 2 * kWidth * kHeight * 4);
    EXPECT_EQ(program.counters().delivered, 4 * kWidth * kHeight * 4);
}

TEST_P(Frames, ATargetThatIsTooSmallIsRefused) {
    Instance instance(host, GetParam());
    Running program(instance, counted());
    ASSERT_TRUE(program.ok()) << instance.error.message;
    std::vector<float> to(kWidth * kHeight);
    EXPECT_EQ(program.execute({1, {{to.data(), 64}}}), WEFT_INVALID);
    EXPECT_EQ(program.execute({1, {{to.data(), to.size() * 4}}}), WEFT_OK);
    EXPECT_GT(to[0], 1.0f);
}

TEST_P(Frames, SkippedTargetsStayAsTheyAre) {
    Instance instance(host, GetParam());
    Running program(instance, counted());
    ASSERT_TRUE(program.ok()) << instance.error.message;
    std::vector<float> to(kWidth * kHeight, -1.0f);
    Running::Frame frame{1, {{to.data(), to.size() * 4}}};
    frame.skip_targets = 1;
    EXPECT_EQ(program.execute(frame), WEFT_OK) << instance.error.message;
    EXPECT_EQ(to[0], -1.0f);
    // A target that is not there is not written either.
    EXPECT_EQ(program.execute({2, {}}), WEFT_OK) << instance.error.message;
    frame.skip_targets = 0;
    EXPECT_EQ(program.execute(frame), WEFT_OK);
    EXPECT_GT(to[0], 1.0f);
}

// More frames than a program keeps under way, of two programs, complete in their order: given to
// the device one by one, and several at once.
TEST_P(Frames, SubmittedOnesCompleteInOrder) {
    Instance instance(host, GetParam());
    Running first(instance, counted());
    Running second(instance, counted());
    ASSERT_TRUE(first.ok() && second.ok()) << instance.error.message;
    constexpr std::size_t kCount = 18;
    for (const bool more : {false, true}) {
        std::vector<std::vector<float>> pictures(kCount,
                                                 std::vector<float>(kWidth * kHeight, -1.0f));
        std::vector<std::uint64_t> values(kCount);
        const auto number = [](std::size_t i) {
            return static_cast<std::int64_t>(i / 2 + (i % 2) * 100);
        };
        for (std::size_t i = 0; i < kCount; ++i) {
            Running::Frame frame{number(i), {{pictures[i].data(), pictures[i].size() * 4}}};
            frame.more = more;  // also of the last, which only the wait follows
            ASSERT_EQ((i % 2 == 0 ? first : second).submit(frame, values[i]), WEFT_OK);
        }
        for (std::size_t i = 1; i < kCount; ++i) EXPECT_GT(values[i], values[i - 1]);
        for (std::size_t i = 0; i < kCount; ++i) {
            ASSERT_EQ(
                instance.async->wait(instance.backend, values[i], UINT64_MAX, &instance.error),
                WEFT_OK);
            EXPECT_NEAR(pictures[i][kWidth / 2],
                        static_cast<float>(number(i)) + 0.5f + 0.5f / kWidth, 1e-4f)
                << i;
        }
    }
}

// Programs of one instance, each on a thread of its own, while others are compiled and released.
TEST_P(Frames, ThreadsShareAnInstance) {
    Instance instance(host, GetParam());
    std::vector<std::unique_ptr<Running>> programs;
    for (int i = 0; i < 3; ++i) {
        programs.push_back(std::make_unique<Running>(instance, counted()));
        ASSERT_TRUE(programs.back()->ok()) << instance.error.message;
    }
    std::vector<std::thread> threads;
    std::atomic<int> wrong{0};
    for (int t = 0; t < 3; ++t)
        threads.emplace_back([&, t] {
            std::vector<float> picture(kWidth * kHeight);
            Running& program = *programs[static_cast<std::size_t>(t)];
            for (int i = 0; i < 40; ++i) {
                const int number = t * 100 + i;
                wrong +=
                    program.execute({number, {{picture.data(), picture.size() * 4}}}) != WEFT_OK;
                wrong += picture[kWidth / 2] < static_cast<float>(number) + 0.5f;
                wrong += picture[kWidth / 2] > static_cast<float>(number) + 0.51f;
            }
        });
    for (int i = 0; i < 5; ++i) {
        const Running passing(instance, counted());
        EXPECT_TRUE(passing.ok());
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(wrong, 0);
}

// A kernel of many turns; how many is a parameter.
BatchText slow() {
    BatchText batch;
    KernelText& kernel = batch.kernel(WEFT_DOMAIN_RASTER, 512, 512);
    Ir& ir = kernel.ir;
    const Ir::Id x = ir.field(WEFT_FIELD_X, WEFT_VARIES_COLUMN);
    const Ir::Id y = ir.field(WEFT_FIELD_Y, WEFT_VARIES_ROW);
    const Ir::Id sum = ir.op(WEFT_OP_ADD, {x, y});
    const Ir::Id loop = ir.begin_loop(ir.constant(1), ir.constant(20000), {sum}, kPoint);
    const Ir::Id next = ir.op(WEFT_OP_SIN, {ir.op(WEFT_OP_ADD, {ir.carried(loop, 0), sum})});
    ir.end_loop(loop, {next});
    const Ir::Id done = ir.result(loop, 0);
    const std::uint32_t cache = batch.cache(1, WEFT_TICK_FRAME, 512, 512);
    batch.outputs[cache].shared = 1;
    kernel.store(cache, {done});
    return batch;
}

TEST_P(Frames, ACancelledOneEndsEarlyAndLeavesNoTrace) {
    Instance instance(host, GetParam());
    Running program(instance, slow());
    ASSERT_TRUE(program.ok()) << instance.error.message;
    const weft_view& view = *program.handle(0, 0).view;
    const auto begin = std::chrono::steady_clock::now();
    std::thread stopper([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(30));
        std::atomic_ref(program.cancel).store(1);
    });
    const weft_status status = program.execute({1, {}});
    stopper.join();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    if (status == WEFT_OK) GTEST_SKIP() << "done before it was cancelled";
    EXPECT_EQ(status, WEFT_CANCELLED);
    EXPECT_EQ(view.tick, -1);
    EXPECT_LT(took.count(), 5.0);
    // By the other way, and through the queue.
    program.cancel = 0;
    std::uint64_t value = 0;
    ASSERT_EQ(program.submit({2, {}}, value), WEFT_OK);
    instance.api->cancel(program.program());
    EXPECT_EQ(instance.async->wait(instance.backend, value, UINT64_MAX, &instance.error),
              WEFT_CANCELLED);
    EXPECT_EQ(view.tick, -1);
    EXPECT_EQ(instance.async->wait(instance.backend, value, UINT64_MAX, &instance.error), WEFT_OK);
}

TEST_P(Frames, AWaitKeepsItsDeadline) {
    Instance instance(host, GetParam());
    Running program(instance, slow());
    ASSERT_TRUE(program.ok()) << instance.error.message;
    std::uint64_t value = 0;
    ASSERT_EQ(program.submit({1, {}}, value), WEFT_OK);
    const weft_status status =
        instance.async->wait(instance.backend, value, 2'000'000, &instance.error);
    EXPECT_TRUE(status == WEFT_TIMEOUT || status == WEFT_OK) << status;
    program.cancel = 1;
    (void)instance.async->wait(instance.backend, value, UINT64_MAX, &instance.error);
}

INSTANTIATE_TEST_SUITE_P(All, Frames, testing::ValuesIn(devices()), device_name);

}  // namespace
}  // namespace weft::gpu_test

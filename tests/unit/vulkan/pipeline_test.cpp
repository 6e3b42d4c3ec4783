// Kernels compiled once, never taken for one another, and found again on disk.
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "gpu/math/math.h"
#include "tests/support/holdings.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/vulkan/support.h"

namespace weft::vulkan {
namespace {

using gpu::Place;

using VulkanPipeline = DeviceTest;

gpu::KernelText constant_kernel(std::uint32_t value) {
    return by_hand({"a[1].w[x] = " + std::to_string(value) + "u;"}, 1);
}

std::uint32_t result_of(Device& device, const std::shared_ptr<const gpu::Pipeline>& kernel) {
    const auto args = device.allocate(192, Place::upload);
    const auto memory = device.allocate(256, Place::readback);
    run(device, {launch(kernel, 0, 64, {args.get(), memory.get()})});
    return words(*memory)[63];
}

TEST_F(VulkanPipeline, KernelsOfOneShapeAreDifferent) {
    std::vector<std::shared_ptr<const gpu::Pipeline>> kernels;
    for (std::uint32_t i = 0; i < 20; ++i) {
        const gpu::KernelText text = constant_kernel(i);
        kernels.push_back(device().build({&text, "test"}));
    }
    for (std::uint32_t i = 0; i < 20; ++i) EXPECT_EQ(result_of(device(), kernels[i]), i);
}

TEST_F(VulkanPipeline, TheSameTextIsCompiledOnce) {
    const gpu::KernelText text = constant_kernel(3);
    EXPECT_EQ(device().build({&text, "one"}), device().build({&text, "two"}));
}

TEST_F(VulkanPipeline, TextThatDoesNotCompileSaysWhy) {
    Listener listener;
    Device own(listener.host());
    const gpu::KernelText text = by_hand({"this is not GLSL;"}, 1);
    try {
        (void)own.build({&text, "a picture"});
        FAIL();
    } catch (const cpp::Failure& failure) {
        EXPECT_EQ(failure.code(), WEFT_INTERNAL);
        EXPECT_NE(std::string(failure.what()).find("a picture"), std::string::npos);
    }
    EXPECT_EQ(listener.errors().size(), 1u);
}

TEST_F(VulkanPipeline, DiskIsReadAndDamageIsNoticed) {
    const test::TempDir directory;
    const gpu::KernelText text = constant_kernel(41);
    std::vector<std::filesystem::path> files;
    for (int round = 0; round < 3; ++round) {
        Listener listener(directory.path());
        Device own(listener.host());
        EXPECT_EQ(result_of(own, own.build({&text, "test"})), 41u);
        files.clear();
        for (const auto& entry : std::filesystem::directory_iterator(directory.path()))
            files.push_back(entry.path());
        ASSERT_FALSE(files.empty());
        // The second round reads what the first wrote, the third what was damaged.
        if (round != 1) continue;
        for (const std::filesystem::path& file : files)
            std::fstream(file, std::ios::in | std::ios::out | std::ios::binary)
                .seekp(-3, std::ios::end)
                .put('!');
    }
}

// x + 1, and 7 more for odd points: a path that a software driver leaves out at first.
gpu::KernelText kernel_with_rare_path() {
    gpu::KernelText text = by_hand({"uint s = a[1].w[x] + 1u;\n"
                                    "ONCE((a[1].w[x] & 1u) == 1u) { s += 7u; }\n"
                                    "a[2].w[x] = s;",
                                    "a[3].w[x] = a[2].w[x] * 10u;"},
                                   3);
    const std::string before = "layout(local_size_x";
    text.source.insert(text.source.find(before),
                       "#ifdef WEFT_COMMON\nbool w_doubt = false;\n"
                       "#define ONCE(x) w_doubt = w_doubt || (x); if (false)\n"
                       "#else\n#define ONCE(x) if (x)\n#endif\n");
    return text;
}

TEST_F(VulkanPipeline, RarePathsAreTakenWhereAPointAsksForThem) {
    const gpu::KernelText text = kernel_with_rare_path();
    EXPECT_TRUE(gpu::has_rare_paths(text.source));
    EXPECT_FALSE(gpu::has_rare_paths(constant_kernel(1).source));
    const auto kernel = device().build({&text, "test"});
    const auto args = device().allocate(192, Place::upload);
    const auto in = device().allocate(4096, Place::host);
    const auto middle = device().allocate(4096, Place::device);
    const auto out = device().allocate(4096, Place::readback);
    const std::vector<gpu::Buffer*> all{args.get(), in.get(), middle.get(), out.get()};
    // Two works in flight, of which the second reads what the first wrote.
    const auto first = device().record({launch(kernel, 0, 1024, all)});
    const auto second = device().record({launch(kernel, 1, 1024, all)});
    for (std::uint32_t round = 0; round < 12; ++round) {
        const std::uint32_t odd = round % 3 == 2 ? 0 : 1;
        for (std::uint32_t i = 0; i < 1024; ++i) words(*in)[i] = 2 * i + (i == 77 ? odd : 0);
        (void)device().submit(*first);
        ASSERT_TRUE(device().wait(device().submit(*second), 10'000'000'000));
        for (std::uint32_t i = 0; i < 1024; ++i)
            ASSERT_EQ(words(*out)[i], (2 * i + 1 + (i == 77 && odd == 1 ? 8 : 0)) * 10)
                << "round " << round << ", point " << i;
    }
}

TEST(VulkanDevices, OpenAndCloseLeaveNothing) {
    const int rounds = std::getenv("WEFT_TEST_LONG") != nullptr ? 1000 : 60;
    const gpu::KernelText text = constant_kernel(5);
    test::Holdings before;
    for (int i = 0; i < rounds; ++i) {
        if (i == rounds / 3) before = test::Holdings::now();
        Listener listener;
        try {
            Device device(listener.host());
            EXPECT_EQ(result_of(device, device.build({&text, "test"})), 5u);
        } catch (const cpp::Failure& failure) {
            return test::absent(failure.what());
        }
    }
    const test::Holdings after = test::Holdings::now();
    EXPECT_LE(after.descriptors, before.descriptors);
    EXPECT_LE(after.threads, before.threads);
    EXPECT_LE(after.resident, before.resident + (8u << 20));
}

}  // namespace
}  // namespace weft::vulkan

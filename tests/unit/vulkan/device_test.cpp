// A device by itself: memory of every kind, launches, copies, and the timeline.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <thread>

#include "tests/support/device_suite.h"
#include "tests/unit/vulkan/support.h"

namespace weft::vulkan {
namespace {

using gpu::Command;
using gpu::Place;

constexpr std::uint32_t kCount = 100000;

class VulkanDevice : public DeviceTest {
protected:
    [[nodiscard]] std::unique_ptr<gpu::Buffer> numbers() {
        auto args = device().allocate(192, Place::upload);
        std::memset(args->host, 0, 192);
        return args;
    }
    [[nodiscard]] std::shared_ptr<const gpu::Pipeline> build(const gpu::KernelText& text) {
        return device().build({&text, "test"});
    }
};

Command copy(gpu::Buffer& from, gpu::Buffer& to, std::uint64_t bytes) {
    Command command;
    command.kind = Command::Kind::copy;
    command.from = {&from, 0};
    command.to = {&to, 0};
    command.bytes = bytes;
    return command;
}

TEST_F(VulkanDevice, WritesMemoryOfEveryPlaceAndCopiesIt) {
    const auto kernel = build(by_hand({"a[1].w[x] = x * 3u + uint(f[0]);"}, 1));
    const auto args = numbers();
    reinterpret_cast<float*>(args->host + 128)[0] = 7;
    const auto read = device().allocate(kCount * 4, Place::readback);
    for (const Place place : {Place::device, Place::host, Place::readback, Place::exported}) {
        if (place == Place::exported && !device().info().exports_fd) continue;
        std::memset(read->host, 0, kCount * 4);
        const auto memory = device().allocate(kCount * 4, place);
        run(device(), {launch(kernel, 0, kCount, {args.get(), memory.get()}),
                       copy(*memory, *read, kCount * 4)});
        for (std::uint32_t i = 0; i < kCount; ++i) ASSERT_EQ(words(*read)[i], i * 3 + 7);
    }
}

TEST_F(VulkanDevice, FillsWithZero) {
    const auto memory = device().allocate(kCount * 4, Place::readback);
    std::memset(memory->host, 0xff, kCount * 4);
    Command fill;
    fill.kind = Command::Kind::fill;
    fill.to = {memory.get(), 512};
    fill.bytes = 1024;
    run(device(), {fill});
    EXPECT_EQ(words(*memory)[127], 0xffffffffu);
    EXPECT_EQ(words(*memory)[128], 0u);
    EXPECT_EQ(words(*memory)[383], 0u);
    EXPECT_EQ(words(*memory)[384], 0xffffffffu);
}

TEST_F(VulkanDevice, UsesHostMemoryInPlace) {
    const std::uint64_t alignment = device().info().import_alignment;
    if (alignment == 0) GTEST_SKIP() << "the device does not import host memory";
    const std::uint64_t bytes = (kCount * 4 + alignment - 1) / alignment * alignment;
    const int fd = ::memfd_create("weft-test", MFD_CLOEXEC);
    ASSERT_EQ(::ftruncate(fd, static_cast<off_t>(bytes)), 0);
    void* data = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    ASSERT_NE(data, MAP_FAILED);
    {
        const auto memory = device().import_host(data, bytes);
        EXPECT_EQ(memory->host, data);
        const auto kernel = build(by_hand({"a[1].w[x] = ~x;"}, 1));
        const auto args = numbers();
        run(device(), {launch(kernel, 0, kCount, {args.get(), memory.get()})});
        for (std::uint32_t i = 0; i < kCount; ++i)
            ASSERT_EQ(static_cast<std::uint32_t*>(data)[i], ~i);
        EXPECT_THROW((void)device().import_host(static_cast<char*>(data) + 64, bytes - alignment),
                     cpp::Failure);
        EXPECT_THROW((void)device().import_host(data, bytes - 64), cpp::Failure);
    }
    ::munmap(data, bytes);
    ::close(fd);
}

TEST_F(VulkanDevice, ImportsWhatAnotherDeviceExported) {
    if (!device().info().exports_fd || !device().info().imports_fd)
        GTEST_SKIP() << "the device does not share memory";
    Listener listener;
    Device other(listener.host());
    const auto exported = other.allocate(kCount * 4, Place::exported);
    ASSERT_GE(exported->fd, 0);
    {
        const gpu::KernelText text = by_hand({"a[1].w[x] = x ^ 0x5555u;"}, 1);
        const auto kernel = other.build({&text, "test"});
        const auto args = other.allocate(192, Place::upload);
        run(other, {launch(kernel, 0, kCount, {args.get(), exported.get()})});
    }
    const auto imported = device().import_fd(exported->fd, kCount * 4);
    const auto read = device().allocate(kCount * 4, Place::readback);
    run(device(), {copy(*imported, *read, kCount * 4)});
    for (std::uint32_t i = 0; i < kCount; ++i) ASSERT_EQ(words(*read)[i], i ^ 0x5555u);
    EXPECT_THROW((void)device().import_fd(-1, 4096), cpp::Failure);
    // The descriptor is still its owner's.
    EXPECT_GE(::fcntl(exported->fd, F_GETFD), 0);
}

TEST_F(VulkanDevice, SmallBuffersShareBlocksAndNeverOverlap) {
    const std::uint64_t before = device().budget().used;
    {
        std::vector<std::unique_ptr<gpu::Buffer>> buffers;
        for (std::uint32_t round = 0; round < 3; ++round) {
            for (std::uint32_t i = 0; i < 400; ++i) {
                buffers.push_back(device().allocate(100 + 37 * i, Place::host));
                std::memset(buffers.back()->host, static_cast<int>(i & 255), 100 + 37 * i);
            }
            for (std::uint32_t i = 0; i < 400; ++i) {
                const auto& one = buffers[buffers.size() - 400 + i];
                for (const std::uint64_t at : {std::uint64_t{0}, one->size / 2, one->size - 1})
                    ASSERT_EQ(static_cast<unsigned char>(one->host[at]), i & 255);
            }
            for (std::size_t i = 0; i < buffers.size(); i += 2) buffers[i].reset();
            std::erase(buffers, nullptr);
        }
    }
    // One block is kept for the next.
    if (device().info().unified) {
        EXPECT_LE(device().budget().used, before + (1u << 20));
    }
}

TEST_F(VulkanDevice, SaysHowMuchWasAskedForWhenThereIsNoRoom) {
    try {
        (void)device().allocate(std::uint64_t{1} << 46, Place::device);
        FAIL() << "64 TB were given";
    } catch (const cpp::Failure& failure) {
        EXPECT_EQ(failure.code(), WEFT_UNAVAILABLE) << failure.what();
        EXPECT_NE(std::string(failure.what()).find("67108864 MiB"), std::string::npos)
            << failure.what();
    }
}

TEST_F(VulkanDevice, EntriesOfOneKernelSeeEachOther) {
    const auto kernel = build(by_hand({"a[1].w[x] = x;", "a[2].w[x] = a[1].w[x ^ 1u] + 1u;"}, 2));
    const auto args = numbers();
    const auto first = device().allocate(kCount * 4, Place::device);
    const auto second = device().allocate(kCount * 4, Place::readback);
    const std::vector<gpu::Buffer*> all{args.get(), first.get(), second.get()};
    run(device(), {launch(kernel, 0, kCount, all), launch(kernel, 1, kCount, all)});
    for (std::uint32_t i = 0; i < kCount; ++i) ASSERT_EQ(words(*second)[i], (i ^ 1) + 1);
}

TEST_F(VulkanDevice, NumbersBeyondAUniformBlockComeFromMemory) {
    gpu::KernelText text = by_hand({"a[1].w[x] = uint(d[x]);"}, 1, "readonly buffer");
    const std::string declared = "double d[16]";
    text.source.replace(text.source.find(declared), declared.size(), "double d[4096]");
    text.args.params = 4096 - text.args.numbers();
    ASSERT_GT(text.args.bytes(0), gpu::kMostUniformBytes);
    const auto kernel = build(text);
    const auto args = device().allocate(text.args.bytes(0), Place::upload);
    for (std::uint32_t i = 0; i < 4096; ++i) reinterpret_cast<double*>(args->host)[i] = i * 2;
    const auto memory = device().allocate(4096 * 4, Place::readback);
    run(device(), {launch(kernel, 0, 4096, {args.get(), memory.get()})});
    for (std::uint32_t i = 0; i < 4096; ++i) ASSERT_EQ(words(*memory)[i], i * 2);
}

TEST_F(VulkanDevice, ArithmeticIsNotSimplified) {
    const auto kernel = build(by_hand(
        {"float inf = f[0], one = f[1], tiny = f[2], zero = f[3];\n"
         "Words o = a[1];\n"
         "o.w[0] = floatBitsToUint(inf - inf); o.w[1] = floatBitsToUint((zero / zero) * zero);\n"
         "o.w[2] = floatBitsToUint(-zero + zero * -one); o.w[3] = floatBitsToUint(tiny * one);\n"
         "o.w[4] = floatBitsToUint((one + tiny) - one); o.w[5] = (zero / zero) == zero ? 1u : 0u;\n"
         "o.w[6] = floatBitsToUint(floor(one * one) + f[4]); o.w[7] = isnan(inf * zero) ? 1u : "
         "0u;"},
        1));
    const auto args = numbers();
    auto* f = reinterpret_cast<float*>(args->host + 128);
    f[0] = std::numeric_limits<float>::infinity();
    f[1] = 1;
    f[2] = std::numeric_limits<float>::denorm_min();
    f[3] = 0;
    f[4] = -1;
    const auto memory = device().allocate(64, Place::readback);
    run(device(), {launch(kernel, 0, 1, {args.get(), memory.get()})});
    const auto* got = reinterpret_cast<const float*>(memory->host);
    EXPECT_TRUE(std::isnan(got[0]));
    EXPECT_TRUE(std::isnan(got[1]));
    EXPECT_TRUE(got[2] == 0 && std::signbit(got[2]));
    EXPECT_EQ(got[3], std::numeric_limits<float>::denorm_min());
    EXPECT_EQ(got[4], 0.0f);
    EXPECT_EQ(words(*memory)[5], 0u);
    EXPECT_EQ(got[6], 0.0f);
    EXPECT_EQ(words(*memory)[7], 1u);
}

TEST_F(VulkanDevice, TimelineRisesAndWaitsEnd) {
    const auto kernel = build(by_hand({"uint s = x;\n"
                                       "for (uint i = 0u; i < 20000u; ++i) s = s * 5u + i;\n"
                                       "a[1].w[x] = s;"},
                                      1));
    const auto args = numbers();
    const auto memory = device().allocate(kCount * 4, Place::device);
    const auto work = device().record({launch(kernel, 0, kCount, {args.get(), memory.get()})});
    const auto nothing = device().record({});
    const std::uint64_t slow = device().submit(*work);
    const std::uint64_t next = device().submit(*nothing);
    EXPECT_GT(next, slow);
    if (device().info().unified) {
        EXPECT_FALSE(device().wait(next, 1000));
    }
    EXPECT_TRUE(device().wait(next, 60'000'000'000));
    EXPECT_TRUE(device().wait(slow, 0));
}

TEST_F(VulkanDevice, ManyThreadsRecordAndSubmit) {
    const auto kernel = build(by_hand({"a[1].w[x] = a[1].w[x] + 1u;"}, 1));
    const auto args = numbers();
    const auto memory = device().allocate(4096, Place::host);
    std::memset(memory->host, 0, 4096);
    const auto submit = [&] {
        for (int i = 0; i < 50; ++i) {
            const auto work =
                device().record({launch(kernel, 0, 1024, {args.get(), memory.get()})});
            ASSERT_TRUE(device().wait(device().submit(*work), 10'000'000'000));
        }
    };
    std::thread other(submit);
    submit();
    other.join();
    // Works of one device follow one another: no increment is lost.
    for (std::uint32_t i = 0; i < 1024; ++i) ASSERT_EQ(words(*memory)[i], 100u);
}

// A driver that loses its device, in the place of the real one's answers.
TEST(VulkanLoss, IsReportedAndRemembered) {
    Listener listener;
    std::unique_ptr<Context> context;
    try {
        context = std::make_unique<Context>(listener.host());
    } catch (const cpp::Failure& failure) {
        return test::absent(failure.what());
    }
    Heap heap(*context);
    CommandPools pools(*context);
    Pipelines pipelines(*context, listener.host());
    Timeline timeline(*context);
    Work work(*context, pipelines, pools, heap, {});
    EXPECT_TRUE(timeline.wait(timeline.submit(work), 10'000'000'000));
    EXPECT_FALSE(context->lost());

    const auto code = [](const auto& call) {
        try {
            call();
        } catch (const cpp::Failure& failure) {
            return failure.code();
        }
        return weft_status{WEFT_OK};
    };
    const PFN_vkWaitSemaphores waits = context->vk.WaitSemaphores;
    context->vk.WaitSemaphores = [](VkDevice, const VkSemaphoreWaitInfo*, std::uint64_t) {
        return VK_ERROR_DEVICE_LOST;
    };
    EXPECT_EQ(code([&] { (void)timeline.wait(2, 0); }), WEFT_DEVICE_LOST);
    EXPECT_TRUE(context->lost());
    context->vk.WaitSemaphores = waits;
    context->vk.QueueSubmit = [](VkQueue, std::uint32_t, const VkSubmitInfo*, VkFence) {
        return VK_ERROR_DEVICE_LOST;
    };
    EXPECT_EQ(code([&] { (void)timeline.submit(work); }), WEFT_DEVICE_LOST);
}

// Silence under validation means something only if noise is heard.
TEST(VulkanValidation, MisuseIsAnErrorInTheLogAndCounted) {
    const char* before = std::getenv("WEFT_VULKAN_VALIDATION");
    const std::string old = before != nullptr ? before : "";
    ::setenv("WEFT_VULKAN_VALIDATION", "1", 1);
    Listener listener;
    try {
        Device device(listener.host());
        if (listener.errors().empty()) {
            const auto memory = device.allocate(4096, Place::host);
            (void)device.record({copy(*memory, *memory, 8192u << 20)});
            EXPECT_GT(device.validation_messages(), 0u);
            EXPECT_FALSE(listener.errors().empty());
        } else {
            EXPECT_NE(listener.errors()[0].find("not installed"), std::string::npos);
        }
    } catch (const cpp::Failure& failure) {
        EXPECT_EQ(failure.code(), WEFT_UNAVAILABLE);
    }
    before != nullptr ? ::setenv("WEFT_VULKAN_VALIDATION", old.c_str(), 1)
                      : ::unsetenv("WEFT_VULKAN_VALIDATION");
}

struct Vulkan {
    static constexpr std::uint32_t kGroup = 64;  // threads of a group of text()
    static constexpr bool kInstalled = true;
    static std::unique_ptr<gpu::Device> open(cpp::Host host) {
        return std::make_unique<Device>(host);
    }
    static gpu::KernelText text(const std::string& body) {
        gpu::KernelText text = by_hand({"uint i = x;\n" + body}, 2);
        text.parameters.resize(2);
        // The bodies have an `a` of their own.
        const auto replace = [&](const std::string& what, const std::string& by) {
            text.source.replace(text.source.find(what), what.size(), by);
        };
        replace("Words a[", "Words memory[");
        replace("#if WEFT_ENTRY",
                "#define from memory[0].w\n#define to memory[1].w\n#if WEFT_ENTRY");
        text.entries[0].over = gpu::Over::points;
        text.parameters[0].use = gpu::Use::input;
        return text;
    }
};

}  // namespace
}  // namespace weft::vulkan

namespace weft::test {
INSTANTIATE_TYPED_TEST_SUITE_P(Vulkan, DeviceSuite, vulkan::Vulkan);
}  // namespace weft::test

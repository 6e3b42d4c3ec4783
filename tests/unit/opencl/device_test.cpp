// The device alone, with kernel texts written by hand. PoCL stands for every driver.
#include "device.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <thread>

namespace weft::opencl {
namespace {

// What a device asks of its host: a cache directory, and to be heard.
class SmallHost {
public:
    explicit SmallHost(std::string cache = {}) : cache_(std::move(cache)) {
        table_.struct_size = sizeof table_;
        table_.context = this;
        table_.log = [](void* context, std::uint32_t, weft_str text) {
            static_cast<SmallHost*>(context)->log += cpp::view(text);
        };
        table_.cache_directory = [](void* context) {
            return cpp::to_str(static_cast<SmallHost*>(context)->cache_);
        };
    }
    [[nodiscard]] cpp::Host host() const { return cpp::Host(&table_); }
    std::string log;

private:
    std::string cache_;
    weft_host table_{};
};

gpu::KernelText text_of(const std::string& body) {
    gpu::KernelText text;
    text.source =
        "__kernel void main_0(__global const uint* from, __global uint* to, uint4 c) {\n"
        "    const uint i = get_global_id(0) + c.x;\n"
        "    if (i < c.z && get_global_id(1) + c.y < c.w) { " +
        body +
        " }\n"
        "}\n";
    text.parameters.resize(2);
    text.entries.push_back({"main_0", gpu::Over::points});
    return text;
}

class OpenClDevice : public testing::Test {
protected:
    void SetUp() override {
        try {
            device_ = Device::open(host_.host());
        } catch (const cpp::Failure& failure) {
            GTEST_SKIP() << failure.what();
        }
    }

    std::shared_ptr<const gpu::Pipeline> build(const gpu::KernelText& text) {
        return device_->build({&text, "test"});
    }

    gpu::Command launch(const gpu::Pipeline& pipeline, gpu::Slice from, gpu::Slice to,
                        std::uint32_t count) {
        gpu::Command command;
        command.kind = gpu::Command::Kind::launch;
        const std::uint32_t group = device_->info().text.group;
        command.launch = {
            &pipeline, 0, {(count + group - 1) / group, 1}, {from, to}, {0, 0, count, 1}};
        return command;
    }

    void run(const std::vector<gpu::Command>& commands) {
        const auto work = device_->record(commands);
        ASSERT_TRUE(device_->wait(device_->submit(*work), UINT64_MAX));
    }

    static std::uint32_t* words(const gpu::Buffer& buffer) {
        return reinterpret_cast<std::uint32_t*>(buffer.host);
    }

    SmallHost host_;
    std::unique_ptr<Device> device_;
};

constexpr std::uint32_t kCount = 100'000;
constexpr std::uint64_t kBytes = kCount * sizeof(std::uint32_t);

TEST_F(OpenClDevice, KernelsReadUploadsAndWriteWhatTheHostReads) {
    const auto from = device_->allocate(kBytes, gpu::Place::upload);
    const auto between = device_->allocate(kBytes, gpu::Place::device);
    const auto to = device_->allocate(kBytes, gpu::Place::readback);
    const auto twice = build(text_of("to[i] = 2 * from[i];"));
    const auto next = build(text_of("to[i] = from[i] + 1;"));
    const auto work = device_->record({launch(*twice, {from.get(), 0}, {between.get(), 0}, kCount),
                                       {},
                                       launch(*next, {between.get(), 0}, {to.get(), 0}, kCount)});
    for (std::uint32_t round = 0; round < 3; ++round) {
        for (std::uint32_t i = 0; i < kCount; ++i) words(*from)[i] = i + round;
        ASSERT_TRUE(device_->wait(device_->submit(*work), UINT64_MAX));
        for (std::uint32_t i = 0; i < kCount; ++i) ASSERT_EQ(words(*to)[i], 2 * (i + round) + 1);
    }
}

TEST_F(OpenClDevice, SlicesBeginWhereTheySay) {
    const auto from = device_->allocate(kBytes, gpu::Place::upload);
    const auto to = device_->allocate(kBytes, gpu::Place::readback);
    for (std::uint32_t i = 0; i < kCount; ++i) words(*from)[i] = i;
    const auto copy = build(text_of("to[i] = from[i];"));
    gpu::Command zero;
    zero.kind = gpu::Command::Kind::fill;
    zero.to = {to.get(), 0};
    zero.bytes = kBytes;
    gpu::Command moved;
    moved.kind = gpu::Command::Kind::copy;
    moved.from = {from.get(), 512};
    moved.to = {to.get(), 2048};
    moved.bytes = 100;
    run({zero, {}, launch(*copy, {from.get(), 1024}, {to.get(), 512}, 10), moved});
    EXPECT_EQ(words(*to)[127], 0u);
    for (std::uint32_t i = 0; i < 10; ++i) EXPECT_EQ(words(*to)[128 + i], 256 + i);
    EXPECT_EQ(words(*to)[138], 0u);
    for (std::uint32_t i = 0; i < 25; ++i) EXPECT_EQ(words(*to)[512 + i], 128 + i);
    EXPECT_EQ(words(*to)[537], 0u);
}

TEST_F(OpenClDevice, HostMemoryIsUsedInPlaceAndSharedByItsDescriptor) {
    if (!device_->info().unified) GTEST_SKIP() << "the device has memory of its own";
    const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    const auto shared = device_->allocate(16 * page, gpu::Place::host);
    ASSERT_GE(shared->fd, 0);
    void* other = ::mmap(nullptr, 16 * page, PROT_READ | PROT_WRITE, MAP_SHARED, shared->fd, 0);
    ASSERT_NE(other, MAP_FAILED);
    {
        const auto imported = device_->import_host(other, 16 * page);
        const auto count = static_cast<std::uint32_t>(16 * page / 4);
        const auto write = build(text_of("to[i] = i * 2654435761u;"));
        run({launch(*write, {shared.get(), 0}, {imported.get(), 0}, count)});
        for (std::uint32_t i = 0; i < count; ++i) ASSERT_EQ(words(*shared)[i], i * 2654435761u);
        EXPECT_THROW((void)device_->import_host(static_cast<char*>(other) + 4, page), cpp::Failure);
    }
    ::munmap(other, 16 * page);
}

TEST_F(OpenClDevice, TextsOfOneShapeNeverShareAPipeline) {
    const auto to = device_->allocate(kBytes, gpu::Place::readback);
    std::vector<std::shared_ptr<const gpu::Pipeline>> pipelines;
    std::vector<std::unique_ptr<gpu::Work>> works;
    constexpr std::uint32_t kKernels = 24;
    for (std::uint32_t k = 0; k < kKernels; ++k) {
        pipelines.push_back(build(text_of("to[i] = " + std::to_string(1000 + k) + "u;")));
        works.push_back(device_->record(
            {launch(*pipelines.back(), {to.get(), 0}, {to.get(), 512ull * k}, 64)}));
    }
    for (std::uint32_t round = 0; round < 3; ++round) {
        std::memset(to->host, 0, kBytes);
        std::uint64_t last = 0;
        for (std::uint32_t k = 0; k < kKernels; ++k)
            last = device_->submit(*works[(k * 7 + round) % kKernels]);
        ASSERT_TRUE(device_->wait(last, UINT64_MAX));
        for (std::uint32_t k = 0; k < kKernels; ++k)
            for (std::uint32_t i = 0; i < 64; ++i) ASSERT_EQ(words(*to)[128 * k + i], 1000 + k);
    }
    EXPECT_EQ(build(text_of("to[i] = 1000u;")), pipelines[0]);
    EXPECT_NE(build(text_of("to[i] = 1001u;")), pipelines[0]);
}

TEST_F(OpenClDevice, AWaitEndsInTimeOrWhenTheWorkDoes) {
    const auto to = device_->allocate(kBytes, gpu::Place::readback);
    const auto slow =
        build(text_of("uint a = i; for (uint k = 0; k < 20000; ++k) a = a * 1664525u + from[k % "
                      "64]; to[i] = a;"));
    const auto work =
        device_->record({launch(*slow, {to.get(), 0}, {to.get(), 512}, kCount - 128)});
    EXPECT_TRUE(device_->wait(0, 0));
    const std::uint64_t value = device_->submit(*work);
    EXPECT_FALSE(device_->wait(value, 0));
    EXPECT_FALSE(device_->wait(value, 1'000'000));
    std::thread other([&] { EXPECT_TRUE(device_->wait(value, UINT64_MAX)); });
    EXPECT_TRUE(device_->wait(value, UINT64_MAX));
    other.join();
    EXPECT_TRUE(device_->wait(value, 0));
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_FALSE(device_->wait(value + 1, 20'000'000));
    EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(20));
}

TEST_F(OpenClDevice, MemoryThatIsNotThereIsRefusedWithFigures) {
    const gpu::DeviceInfo& info = device_->info();
    const std::uint64_t before = device_->budget().used;
    try {
        (void)device_->allocate(info.largest_buffer + 1, gpu::Place::device);
        FAIL() << "it was given";
    } catch (const cpp::Failure& failure) {
        EXPECT_EQ(failure.code(), WEFT_UNAVAILABLE);
        EXPECT_NE(std::string(failure.what()).find(std::to_string(info.largest_buffer >> 20)),
                  std::string::npos)
            << failure.what();
    }
    EXPECT_EQ(device_->budget().used, before);
    {
        const auto some = device_->allocate(kBytes, gpu::Place::device);
        EXPECT_GE(device_->budget().used, before + kBytes);
    }
    EXPECT_EQ(device_->budget().used, before);
    EXPECT_THROW((void)device_->allocate(kBytes, gpu::Place::exported), cpp::Failure);
}

TEST_F(OpenClDevice, ARefusedTextComesWithTheWholeLog) {
    try {
        (void)build(text_of("to[i] = not_a_name;"));
        FAIL() << "it was compiled";
    } catch (const cpp::Failure& failure) {
        EXPECT_EQ(failure.code(), WEFT_INTERNAL);
        EXPECT_NE(std::string(failure.what()).find("not_a_name"), std::string::npos);
    }
    EXPECT_NE(host_.log.find("not_a_name"), std::string::npos);
}

TEST(OpenCl, BinariesOnDiskBringKernelsBack) {
    const auto directory =
        std::filesystem::temp_directory_path() / ("weft-opencl-" + std::to_string(::getpid()));
    std::filesystem::create_directories(directory);
    const gpu::KernelText text = text_of("to[i] = i ^ 0x5a5a5a5au;");
    for (int round = 0; round < 3; ++round) {
        const SmallHost host(directory.string());
        std::unique_ptr<Device> device;
        try {
            device = Device::open(host.host());
        } catch (const cpp::Failure& failure) {
            GTEST_SKIP() << failure.what();
        }
        const auto pipeline = device->build({&text, "test"});
        EXPECT_FALSE(std::filesystem::is_empty(directory));
        const auto to = device->allocate(4096, gpu::Place::readback);
        gpu::Command command;
        command.kind = gpu::Command::Kind::launch;
        command.launch = {pipeline.get(), 0, {1, 1}, {{to.get(), 0}, {to.get(), 0}}, {0, 0, 64, 1}};
        const auto work = device->record({command});
        ASSERT_TRUE(device->wait(device->submit(*work), UINT64_MAX));
        for (std::uint32_t i = 0; i < 64; ++i) {
            std::uint32_t word = 0;
            std::memcpy(&word, to->host + 4 * i, 4);
            EXPECT_EQ(word, i ^ 0x5a5a5a5au);
        }
    }
    std::filesystem::remove_all(directory);
}

TEST(OpenCl, AnAbsentDeviceIsNamedInTheReason) {
    std::string why;
    const Api* cl = load(why);
    if (cl == nullptr) GTEST_SKIP() << why;
    ::setenv("WEFT_OPENCL_DEVICE", "a device nobody has", 1);
    try {
        (void)choose(*cl);
        ADD_FAILURE() << "it was found";
    } catch (const cpp::Failure& failure) {
        EXPECT_EQ(failure.code(), WEFT_UNAVAILABLE);
        EXPECT_NE(std::string(failure.what()), "");
    }
    ::unsetenv("WEFT_OPENCL_DEVICE");
}

}  // namespace
}  // namespace weft::opencl

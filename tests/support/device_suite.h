// What every device of sdk/gpu must do, with kernel texts written by hand. Instantiated with a type
// that has two static functions: open(cpp::Host), which throws when there is no device, and
// text(body), a kernel over points that runs `body` with i, from[] and to[] (words); kGroup, the
// threads of its groups (0: as the device wants them); and kInstalled, whether a driver for it is
// among scripts/packages.txt.
#pragma once

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <weft/semaphore.h>

#include "gpu/device.h"
#include "tests/support/absent.h"
#include "tests/support/small_host.h"
#include "tests/support/temp_dir.h"

namespace weft::test {

template <class Api>
class DeviceSuite : public testing::Test {
protected:
    static constexpr std::uint32_t kCount = 100'000;
    static constexpr std::uint64_t kBytes = kCount * sizeof(std::uint32_t);

    void SetUp() override {
        try {
            device_ = Api::open(host_.host());
        } catch (const cpp::Failure& failure) {
            return absent(failure.what(), Api::kInstalled);
        }
    }

    std::shared_ptr<const gpu::Pipeline> build(const std::string& body) {
        const gpu::KernelText text = Api::text(body);
        return device_->build({&text, "test"});
    }

    static gpu::Command launch(const gpu::Device& device, const gpu::Pipeline& pipeline,
                               gpu::Slice from, gpu::Slice to, std::uint32_t count) {
        const std::uint32_t group = Api::kGroup != 0 ? Api::kGroup : device.info().text.group;
        gpu::Command command;
        command.kind = gpu::Command::Kind::launch;
        command.launch.pipeline = &pipeline;
        command.launch.groups = {(count + group - 1) / group, 1};
        command.launch.parameters = {from, to};
        command.launch.constants = {0, 0, count, 1};
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
    std::unique_ptr<gpu::Device> device_;
};
TYPED_TEST_SUITE_P(DeviceSuite);

TYPED_TEST_P(DeviceSuite, KernelsReadUploadsAndWriteWhatTheHostReads) {
    const auto from = this->device_->allocate(this->kBytes, gpu::Place::upload);
    const auto between = this->device_->allocate(this->kBytes, gpu::Place::device);
    const auto to = this->device_->allocate(this->kBytes, gpu::Place::readback);
    const auto twice = this->build("to[i] = 2u * from[i];");
    const auto next = this->build("to[i] = from[i] + 1u;");
    const auto work = this->device_->record(
        {this->launch(*this->device_, *twice, {from.get(), 0}, {between.get(), 0}, this->kCount),
         {},
         this->launch(*this->device_, *next, {between.get(), 0}, {to.get(), 0}, this->kCount)});
    for (std::uint32_t round = 0; round < 3; ++round) {
        for (std::uint32_t i = 0; i < this->kCount; ++i) this->words(*from)[i] = i + round;
        ASSERT_TRUE(this->device_->wait(this->device_->submit(*work), UINT64_MAX));
        for (std::uint32_t i = 0; i < this->kCount; ++i)
            ASSERT_EQ(this->words(*to)[i], 2 * (i + round) + 1);
    }
}

TYPED_TEST_P(DeviceSuite, SlicesBeginWhereTheySay) {
    for (const gpu::Place place : {gpu::Place::upload, gpu::Place::host}) {
        const auto from = this->device_->allocate(this->kBytes, place);
        const auto to = this->device_->allocate(this->kBytes, gpu::Place::readback);
        for (std::uint32_t i = 0; i < this->kCount; ++i) this->words(*from)[i] = i;
        const auto copy = this->build("to[i] = from[i];");
        gpu::Command zero;
        zero.kind = gpu::Command::Kind::fill;
        zero.to = {to.get(), 0};
        zero.bytes = this->kBytes;
        gpu::Command moved;
        moved.kind = gpu::Command::Kind::copy;
        moved.from = {from.get(), 516};
        moved.to = {to.get(), 2052};
        moved.bytes = 100;
        this->run({zero,
                   {},
                   this->launch(*this->device_, *copy, {from.get(), 1024}, {to.get(), 512}, 10),
                   moved});
        EXPECT_EQ(this->words(*to)[127], 0u);
        for (std::uint32_t i = 0; i < 10; ++i) EXPECT_EQ(this->words(*to)[128 + i], 256 + i);
        EXPECT_EQ(this->words(*to)[138], 0u);
        EXPECT_EQ(this->words(*to)[512], 0u);
        for (std::uint32_t i = 0; i < 25; ++i) EXPECT_EQ(this->words(*to)[513 + i], 129 + i);
        EXPECT_EQ(this->words(*to)[538], 0u);
    }
}

TYPED_TEST_P(DeviceSuite, UploadsOfOneFrameAreReadByIt) {
    const auto from = this->device_->allocate(4096, gpu::Place::upload);
    const auto to = this->device_->allocate(4096, gpu::Place::readback);
    const auto copy = this->build("to[i] = from[i];");
    const auto work = this->device_->record(
        {this->launch(*this->device_, *copy, {from.get(), 0}, {to.get(), 0}, 1024)});
    for (std::uint32_t frame = 1; frame < 50; ++frame) {
        this->words(*from)[1023] = frame;
        ASSERT_TRUE(this->device_->wait(this->device_->submit(*work), UINT64_MAX));
        ASSERT_EQ(this->words(*to)[1023], frame);
    }
}

TYPED_TEST_P(DeviceSuite, HostMemoryIsUsedInPlace) {
    const std::uint64_t alignment = this->device_->info().import_alignment;
    if (alignment == 0) GTEST_SKIP() << "the device does not use host memory in place";
    const std::uint64_t bytes = (65536 + alignment - 1) / alignment * alignment;
    const int fd = ::memfd_create("weft-test", MFD_CLOEXEC);
    ASSERT_EQ(::ftruncate(fd, static_cast<off_t>(bytes)), 0);
    void* one = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    void* other = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    ASSERT_NE(one, MAP_FAILED);
    ASSERT_NE(other, MAP_FAILED);
    {
        const auto imported = this->device_->import_host(one, bytes);
        const auto count = static_cast<std::uint32_t>(bytes / 4);
        const auto write = this->build("to[i] = i * 2654435761u;");
        this->run({this->launch(*this->device_, *write, {imported.get(), 0}, {imported.get(), 0},
                                count)});
        const auto* seen = static_cast<const std::uint32_t*>(other);
        for (std::uint32_t i = 0; i < count; ++i) ASSERT_EQ(seen[i], i * 2654435761u);
        EXPECT_THROW((void)this->device_->import_host(static_cast<char*>(one) + 4, alignment),
                     cpp::Failure);
    }
    ::munmap(one, bytes);
    ::munmap(other, bytes);
    ::close(fd);
}

TYPED_TEST_P(DeviceSuite, ExportedMemoryIsImportedByAnotherDevice) {
    const gpu::DeviceInfo& info = this->device_->info();
    if (!info.exports_fd || !info.imports_fd)
        GTEST_SKIP() << "the device does not pass memory on as a file descriptor";
    const auto shared = this->device_->allocate(this->kBytes, gpu::Place::exported);
    ASSERT_GE(shared->fd, 0);
    const auto write = this->build("to[i] = i * 2654435761u;");
    this->run(
        {this->launch(*this->device_, *write, {shared.get(), 0}, {shared.get(), 0}, this->kCount)});
    const std::unique_ptr<gpu::Device> other = TypeParam::open(this->host_.host());
    const auto imported = other->import_fd(shared->fd, shared->size);
    const auto to = other->allocate(this->kBytes, gpu::Place::readback);
    gpu::Command copy;
    copy.kind = gpu::Command::Kind::copy;
    copy.from = {imported.get(), 0};
    copy.to = {to.get(), 0};
    copy.bytes = this->kBytes;
    const auto work = other->record({copy});
    ASSERT_TRUE(other->wait(other->submit(*work), UINT64_MAX));
    for (std::uint32_t i = 0; i < this->kCount; ++i)
        ASSERT_EQ(this->words(*to)[i], i * 2654435761u);
}

// There and back a few times: a semaphore that was waited for can be signalled again.
TYPED_TEST_P(DeviceSuite, ASemaphoreOrdersTwoDevices) {
    const gpu::DeviceInfo& info = this->device_->info();
    constexpr std::uint32_t kBoth = WEFT_SEMAPHORE_EXPORTS | WEFT_SEMAPHORE_WAITS;
    if ((info.semaphores & kBoth) != kBoth) GTEST_SKIP() << info.no_semaphores;
    gpu::Device& one = *this->device_;
    const std::unique_ptr<gpu::Device> other = TypeParam::open(this->host_.host());
    constexpr std::uint64_t kMany = 1u << 24;
    const auto shared = one.allocate(kMany, gpu::Place::exported);
    const auto imported = other->import_fd(shared->fd, shared->size);
    const auto count = static_cast<std::uint32_t>(kMany / 4);
    const auto there = one.make_semaphore();
    const auto back = one.make_semaphore();
    const auto there_too = other->import_semaphore(there->fd);
    const auto back_too = other->import_semaphore(back->fd);
    EXPECT_THROW((void)other->import_semaphore(-1), cpp::Failure);

    const auto add = this->build("to[i] = to[i] + 1u;");
    const gpu::KernelText text = TypeParam::text("to[i] = to[i] * 3u;");
    const auto triple = other->build({&text, "test"});
    gpu::Command zero;
    zero.kind = gpu::Command::Kind::fill;
    zero.to = {shared.get(), 0};
    zero.bytes = kMany;
    this->run({zero});
    const auto adds =
        one.record({this->launch(one, *add, {shared.get(), 0}, {shared.get(), 0}, count)});
    const auto triples = other->record(
        {this->launch(*other, *triple, {imported.get(), 0}, {imported.get(), 0}, count)});
    gpu::Semaphore* const signal_there[] = {there.get()};
    gpu::Semaphore* const wait_there[] = {there_too.get()};
    gpu::Semaphore* const signal_back[] = {back_too.get()};
    gpu::Semaphore* const wait_back[] = {back.get()};
    std::uint32_t due = 0;
    std::uint64_t last = 0;
    for (int turn = 0; turn < 8; ++turn) {
        // Recorded work is submitted again when it is idle, which the other's wait does not tell.
        if (turn > 0) {
            ASSERT_TRUE(one.wait(last, UINT64_MAX));
        }
        const gpu::Order first{{}, signal_there};
        const gpu::Order later{wait_back, signal_there};
        last = one.submit(*adds, turn == 0 ? first : later);
        const std::uint64_t tripled = other->submit(*triples, {wait_there, signal_back});
        ASSERT_TRUE(other->wait(tripled, UINT64_MAX));
        due = (due + 1) * 3;
    }
    const auto to = one.allocate(kMany, gpu::Place::readback);
    gpu::Command copy;
    copy.kind = gpu::Command::Kind::copy;
    copy.from = {shared.get(), 0};
    copy.to = {to.get(), 0};
    copy.bytes = kMany;
    const auto work = one.record({copy});
    ASSERT_TRUE(one.wait(one.submit(*work, {wait_back, {}}), UINT64_MAX));
    for (std::uint32_t i = 0; i < count; ++i) ASSERT_EQ(this->words(*to)[i], due);
}

// Who waits for a device that is gone is let go.
TYPED_TEST_P(DeviceSuite, ASemaphoreThatNobodySignalsIsUnblocked) {
    const gpu::DeviceInfo& info = this->device_->info();
    if ((info.semaphores & WEFT_SEMAPHORE_EXPORTS) == 0) GTEST_SKIP() << info.no_semaphores;
    const auto never = this->device_->make_semaphore();
    const auto to = this->device_->allocate(4096, gpu::Place::readback);
    const auto write = this->build("to[i] = 7u;");
    const auto work = this->device_->record(
        {this->launch(*this->device_, *write, {to.get(), 0}, {to.get(), 0}, 1024)});
    gpu::Semaphore* const waits[] = {never.get()};
    const std::uint64_t value = this->device_->submit(*work, {waits, {}});
    EXPECT_FALSE(this->device_->wait(value, 20'000'000));
    this->device_->unblock(*never);
    ASSERT_TRUE(this->device_->wait(value, 10'000'000'000));
    EXPECT_EQ(this->words(*to)[1023], 7u);
}

TYPED_TEST_P(DeviceSuite, TextsOfOneShapeNeverShareAPipeline) {
    const auto to = this->device_->allocate(this->kBytes, gpu::Place::readback);
    std::vector<std::shared_ptr<const gpu::Pipeline>> pipelines;
    std::vector<std::unique_ptr<gpu::Work>> works;
    constexpr std::uint32_t kKernels = 12;
    const auto body = [](std::uint32_t k) { return "to[i] = " + std::to_string(1000 + k) + "u;"; };
    for (std::uint32_t k = 0; k < kKernels; ++k) {
        pipelines.push_back(this->build(body(k)));
        works.push_back(this->device_->record({this->launch(
            *this->device_, *pipelines.back(), {to.get(), 0}, {to.get(), 512ull * k}, 64)}));
    }
    for (std::uint32_t round = 0; round < 3; ++round) {
        std::memset(to->host, 0, this->kBytes);
        std::uint64_t last = 0;
        for (std::uint32_t k = 0; k < kKernels; ++k)
            last = this->device_->submit(*works[(k * 7 + round) % kKernels]);
        ASSERT_TRUE(this->device_->wait(last, UINT64_MAX));
        for (std::uint32_t k = 0; k < kKernels; ++k)
            for (std::uint32_t i = 0; i < 64; ++i)
                ASSERT_EQ(this->words(*to)[128 * k + i], 1000 + k);
    }
    EXPECT_EQ(this->build(body(0)), pipelines[0]);
    EXPECT_NE(this->build(body(1)), pipelines[0]);
}

TYPED_TEST_P(DeviceSuite, AWaitEndsInTimeOrWhenTheWorkDoes) {
    gpu::Device& device = *this->device_;
    const auto to = device.allocate(this->kBytes, gpu::Place::readback);
    const auto slow = this->build(
        "uint a = i; for (uint k = 0u; k < 20000u; ++k) a = a * 1664525u + from[k % 64u]; "
        "to[i] = a;");
    const auto work = device.record(
        {this->launch(device, *slow, {to.get(), 0}, {to.get(), 512}, this->kCount - 128)});
    EXPECT_TRUE(device.wait(0, 0));
    const std::uint64_t value = device.submit(*work);
    EXPECT_FALSE(device.wait(value, 0));
    std::thread other([&] { EXPECT_TRUE(device.wait(value, UINT64_MAX)); });
    EXPECT_TRUE(device.wait(value, UINT64_MAX));
    other.join();
    EXPECT_TRUE(device.wait(value, 0));
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_FALSE(device.wait(value + 1, 20'000'000));
    EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(20));
}

TYPED_TEST_P(DeviceSuite, MemoryThatIsNotThereIsRefusedWithFigures) {
    gpu::Device& device = *this->device_;
    const gpu::DeviceInfo& info = device.info();
    try {
        (void)device.allocate(2 * info.memory, gpu::Place::device);
        FAIL() << "it was given";
    } catch (const cpp::Failure& failure) {
        EXPECT_EQ(failure.code(), WEFT_UNAVAILABLE);
        EXPECT_NE(std::string(failure.what()).find("MiB"), std::string::npos) << failure.what();
    }
    const std::uint64_t before = device.budget().used;
    const auto some = device.allocate(64u << 20, gpu::Place::device);
    EXPECT_GT(device.budget().used, before);
}

TYPED_TEST_P(DeviceSuite, ARefusedTextComesWithTheWholeLog) {
    try {
        (void)this->build("to[i] = not_a_name;");
        FAIL() << "it was compiled";
    } catch (const cpp::Failure& failure) {
        EXPECT_EQ(failure.code(), WEFT_INTERNAL);
        EXPECT_NE(std::string(failure.what()).find("not_a_name"), std::string::npos);
    }
    EXPECT_NE(this->host_.log.find("not_a_name"), std::string::npos);
}

TYPED_TEST_P(DeviceSuite, CodeOnDiskBringsKernelsBack) {
    const TempDir directory;
    const gpu::KernelText text = TypeParam::text("to[i] = i ^ 0x5a5a5a5au;");
    for (int round = 0; round < 3; ++round) {
        const SmallHost host(directory.path());
        const std::unique_ptr<gpu::Device> device = TypeParam::open(host.host());
        const auto pipeline = device->build({&text, "test"});
        EXPECT_FALSE(std::filesystem::is_empty(directory.path()));
        const auto to = device->allocate(4096, gpu::Place::readback);
        const auto work =
            device->record({this->launch(*device, *pipeline, {to.get(), 0}, {to.get(), 0}, 64)});
        ASSERT_TRUE(device->wait(device->submit(*work), UINT64_MAX));
        for (std::uint32_t i = 0; i < 64; ++i) EXPECT_EQ(this->words(*to)[i], i ^ 0x5a5a5a5au);
    }
}

REGISTER_TYPED_TEST_SUITE_P(DeviceSuite, KernelsReadUploadsAndWriteWhatTheHostReads,
                            SlicesBeginWhereTheySay, UploadsOfOneFrameAreReadByIt,
                            HostMemoryIsUsedInPlace, ExportedMemoryIsImportedByAnotherDevice,
                            ASemaphoreOrdersTwoDevices, ASemaphoreThatNobodySignalsIsUnblocked,
                            TextsOfOneShapeNeverShareAPipeline, AWaitEndsInTimeOrWhenTheWorkDoes,
                            MemoryThatIsNotThereIsRefusedWithFigures,
                            ARefusedTextComesWithTheWholeLog, CodeOnDiskBringsKernelsBack);

}  // namespace weft::test

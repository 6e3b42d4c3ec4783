// Semaphores between the back ends that are here, through the ABI alone: one makes them, another
// takes them, and either may signal.
#include <gtest/gtest.h>
#include <weft/semaphore.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include "instance.h"
#include "tests/support/absent.h"

namespace weft::gpu_test {
namespace {

constexpr std::uint64_t kSize = 1u << 18;
constexpr std::uint64_t kTimeoutNs = 5'000'000'000;

std::uint64_t sum_of(std::uint32_t seed) {
    std::uint64_t sum = 0;
    for (std::uint64_t i = 0; i < kSize / 4; ++i)
        sum += static_cast<std::uint32_t>(seed + i * 2654435761u);
    return sum;
}

// A back end with its part in the order of works.
class Side {
public:
    explicit Side(const std::string& plugin) : instance(host_, plugin) {
        api = static_cast<const weft_semaphore_api*>(instance.api->extension(
            {WEFT_SEMAPHORE_EXTENSION, std::strlen(WEFT_SEMAPHORE_EXTENSION)}));
        caps.struct_size = sizeof caps;
        EXPECT_NE(api, nullptr);
        if (api != nullptr) {
            EXPECT_EQ(api->caps(instance.backend, &caps, &instance.error), WEFT_OK);
        }
    }
    [[nodiscard]] bool can(std::uint32_t flags) const { return (caps.flags & flags) == flags; }
    [[nodiscard]] const char* why() const { return instance.error.message; }

    weft_semaphore* import(int fd) {
        weft_semaphore* semaphore = nullptr;
        EXPECT_EQ(api->import(instance.backend, fd, &semaphore, &instance.error), WEFT_OK) << why();
        return semaphore;
    }
    weft_order_trial* write(const weft_trial* own, const weft_handle& handle, std::uint32_t seed,
                            weft_semaphore* signal) {
        weft_order_trial* trial = nullptr;
        EXPECT_EQ(
            api->trial_write(instance.backend, own, &handle, seed, signal, &trial, &instance.error),
            WEFT_OK)
            << why();
        return trial;
    }
    weft_status read(const weft_trial* own, const weft_handle& handle, weft_semaphore* wait,
                     std::uint64_t timeout_ns, std::uint64_t& sum) {
        return api->trial_read(instance.backend, own, &handle, wait, timeout_ns, &sum,
                               &instance.error);
    }

private:
    Host host_;

public:
    Instance instance;
    const weft_semaphore_api* api = nullptr;
    weft_semaphore_caps caps{};
};

class Order : public testing::TestWithParam<std::tuple<std::string, std::string>> {
protected:
    // Opens both sides, a semaphore of the first and memory behind an opaque fd.
    void SetUp() override {
        const auto& [maker, other] = GetParam();
        for (const std::string& name : {maker, other})
            if (const std::string why = batch_test::why_not({name, 0}); !why.empty())
                return test::absent(why);
        maker_ = std::make_unique<Side>(maker);
        other_ = std::make_unique<Side>(other);
        if (!maker_->can(WEFT_SEMAPHORE_EXPORTS)) GTEST_SKIP() << maker_->caps.no_export;
        if (!other_->can(WEFT_SEMAPHORE_WAITS | WEFT_SEMAPHORE_SIGNALS))
            GTEST_SKIP() << other_->caps.no_import;
        if (std::memcmp(maker_->caps.device_uuid, other_->caps.device_uuid, 16) != 0)
            GTEST_SKIP() << maker << " and " << other << " work on different devices";
        if (!maker_->instance.exports(WEFT_HANDLE_OPAQUE_FD) ||
            !other_->instance.imports(WEFT_HANDLE_OPAQUE_FD))
            GTEST_SKIP() << "no memory behind an opaque fd";
        Instance& instance = maker_->instance;
        handle_.struct_size = sizeof handle_;
        ASSERT_EQ(instance.memory->trial_begin(instance.backend, WEFT_HANDLE_OPAQUE_FD, kSize, 0,
                                               &handle_, &memory_, &instance.error),
                  WEFT_OK)
            << instance.error.message;
    }
    void TearDown() override {
        if (memory_ != nullptr)
            maker_->instance.memory->trial_end(maker_->instance.backend, memory_);
    }

    // A semaphore, both sides of it.
    struct Both {
        Both(Side& maker, Side& other) : maker_(maker), other_(other) {
            std::int32_t fd = -1;
            EXPECT_EQ(maker.api->create(maker.instance.backend, &made, &fd, &maker.instance.error),
                      WEFT_OK)
                << maker.why();
            EXPECT_GE(fd, 0);
            imported = other.import(fd);
        }
        ~Both() {
            other_.api->release(other_.instance.backend, imported);
            maker_.api->release(maker_.instance.backend, made);
        }
        Both(const Both&) = delete;
        Both& operator=(const Both&) = delete;
        weft_semaphore* made = nullptr;
        weft_semaphore* imported = nullptr;

    private:
        Side& maker_;
        Side& other_;
    };

    std::unique_ptr<Side> maker_, other_;
    weft_handle handle_{};
    weft_trial* memory_ = nullptr;
};

TEST_P(Order, WorkWaitsForWorkInEitherDirection) {
    const Both there(*maker_, *other_);
    const Both back(*maker_, *other_);
    for (std::uint32_t turn = 1; turn <= 5; ++turn) {
        std::uint64_t sum = 0;
        weft_order_trial* writing = maker_->write(memory_, handle_, turn, there.made);
        ASSERT_EQ(other_->read(nullptr, handle_, there.imported, kTimeoutNs, sum), WEFT_OK)
            << other_->why();
        maker_->api->trial_end(maker_->instance.backend, writing);
        EXPECT_EQ(sum, sum_of(turn));

        writing = other_->write(nullptr, handle_, 100 + turn, back.imported);
        ASSERT_EQ(maker_->read(memory_, handle_, back.made, kTimeoutNs, sum), WEFT_OK)
            << maker_->why();
        other_->api->trial_end(other_->instance.backend, writing);
        EXPECT_EQ(sum, sum_of(100 + turn));
    }
}

TEST_P(Order, ASignalThatNeverComesKeepsNoDevice) {
    for (Side* waiter : {maker_.get(), other_.get()}) {
        const weft_trial* own = waiter == maker_.get() ? memory_ : nullptr;
        {
            const Both never(*maker_, *other_);
            std::uint64_t sum = 0;
            EXPECT_EQ(
                waiter->read(own, handle_, own ? never.made : never.imported, 50'000'000, sum),
                WEFT_TIMEOUT)
                << waiter->why();
        }
        const Both next(*maker_, *other_);
        Side& writer = waiter == maker_.get() ? *other_ : *maker_;
        weft_order_trial* writing =
            writer.write(own ? nullptr : memory_, handle_, 7, own ? next.imported : next.made);
        std::uint64_t sum = 0;
        ASSERT_EQ(waiter->read(own, handle_, own ? next.made : next.imported, kTimeoutNs, sum),
                  WEFT_OK)
            << waiter->why();
        writer.api->trial_end(writer.instance.backend, writing);
        EXPECT_EQ(sum, sum_of(7));
    }
}

std::string pair_name(const testing::TestParamInfo<Order::ParamType>& pair) {
    return std::get<0>(pair.param) + "_and_" + std::get<1>(pair.param);
}

INSTANTIATE_TEST_SUITE_P(Pairs, Order,
                         testing::Combine(testing::ValuesIn(devices()),
                                          testing::ValuesIn(devices())),
                         pair_name);

class Semaphores : public OnDevice {};

TEST_P(Semaphores, WhatIsMissingIsSaid) {
    Side side(GetParam());
    ASSERT_NE(side.api, nullptr);
    weft_backend* backend = side.instance.backend;
    weft_error& error = side.instance.error;
    weft_semaphore* semaphore = nullptr;
    std::int32_t fd = -1;
    if (side.can(WEFT_SEMAPHORE_EXPORTS)) {
        EXPECT_EQ(side.api->create(backend, &semaphore, &fd, &error), WEFT_OK) << error.message;
        side.api->release(backend, semaphore);
    } else {
        EXPECT_NE(side.caps.no_export[0], '\0');
        EXPECT_EQ(side.api->create(backend, &semaphore, &fd, &error), WEFT_UNSUPPORTED);
        EXPECT_STREQ(error.message, side.caps.no_export);
        EXPECT_EQ(semaphore, nullptr);
    }
    EXPECT_EQ(side.can(WEFT_SEMAPHORE_WAITS), side.caps.no_import[0] == '\0');
    EXPECT_NE(side.api->import(backend, -1, &semaphore, &error), WEFT_OK);
    EXPECT_EQ(semaphore, nullptr);
    side.api->release(backend, nullptr);
}

INSTANTIATE_TEST_SUITE_P(All, Semaphores, testing::ValuesIn(devices()), device_name);

}  // namespace
}  // namespace weft::gpu_test

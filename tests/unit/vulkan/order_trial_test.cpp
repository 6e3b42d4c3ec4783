// Trials of order (sdk/gpu/order_trial.h), on a device with semaphores made of plain files:
// lavapipe has none, and what a trial does around them is the same.
#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cstring>
#include <map>

#include "gpu/order_trial.h"
#include "tests/support/device_over.h"
#include "tests/unit/vulkan/support.h"

namespace weft::vulkan {
namespace {

constexpr std::uint64_t kSize = 1u << 18;

struct FileSemaphore final : gpu::Semaphore {
    explicit FileSemaphore(int file) { fd = file; }
    ~FileSemaphore() override { ::close(fd); }
};

// Waits begin when somebody waits for the work behind them.
class WithSemaphores final : public test::DeviceOver {
public:
    explicit WithSemaphores(gpu::Device& device) : DeviceOver(device) {
        info_.semaphores = WEFT_SEMAPHORE_EXPORTS | WEFT_SEMAPHORE_WAITS | WEFT_SEMAPHORE_SIGNALS;
    }
    using gpu::Device::submit;
    std::uint64_t submit(gpu::Work& work, const gpu::Order& order) override {
        if (!order.waits.empty()) {
            held_[++last_] = {&work, order.waits.front()->fd};
            return last_;
        }
        const std::uint64_t value = DeviceOver::submit(work, {});
        if (!order.signals.empty()) {
            EXPECT_TRUE(DeviceOver::wait(value, UINT64_MAX));
            signal(*order.signals.front());
        }
        passed_[++last_] = value;
        return last_;
    }
    bool wait(std::uint64_t value, std::uint64_t timeout_ns) override {
        if (const auto held = held_.find(value); held != held_.end()) {
            pollfd asked{held->second.file, POLLIN, 0};
            if (::poll(&asked, 1, static_cast<int>(timeout_ns / 1'000'000)) != 1) return false;
            eventfd_t taken = 0;
            EXPECT_EQ(::eventfd_read(held->second.file, &taken), 0);
            passed_[value] = DeviceOver::submit(*held->second.work, {});
            held_.erase(held);
        }
        return DeviceOver::wait(passed_.at(value), timeout_ns);
    }
    std::unique_ptr<gpu::Semaphore> make_semaphore() override {
        return std::make_unique<FileSemaphore>(::eventfd(0, EFD_CLOEXEC));
    }
    std::unique_ptr<gpu::Semaphore> import_semaphore(int fd) override {
        return std::make_unique<FileSemaphore>(::fcntl(fd, F_DUPFD_CLOEXEC, 0));
    }
    void unblock(gpu::Semaphore& semaphore) override { signal(semaphore); }

private:
    struct Held {
        gpu::Work* work;
        int file;
    };
    static void signal(const gpu::Semaphore& semaphore) {
        EXPECT_EQ(::eventfd_write(semaphore.fd, 1), 0);
    }
    std::uint64_t last_ = 0;
    std::map<std::uint64_t, Held> held_;
    std::map<std::uint64_t, std::uint64_t> passed_;  // values of the device below
};

std::uint64_t sum_of(std::uint32_t seed) {
    std::uint64_t sum = 0;
    for (std::uint64_t i = 0; i < kSize / 4; ++i)
        sum += static_cast<std::uint32_t>(seed + i * 2654435761u);
    return sum;
}

class OrderTrials : public DeviceTest {
protected:
    void SetUp() override {
        DeviceTest::SetUp();
        if (IsSkipped()) return;
        if (!device().info().exports_fd) GTEST_SKIP() << "the device shares no memory";
        other_below_ = std::make_unique<Device>(listener_.host());
    }
    void TearDown() override {
        other_below_.reset();
        DeviceTest::TearDown();
    }
    std::unique_ptr<Device> other_below_;
};

TEST_F(OrderTrials, ReadBehindTheSignalWhatWasWrittenBeforeIt) {
    WithSemaphores one(device());
    WithSemaphores other(*other_below_);
    const gpu::Trial memory(one, WEFT_HANDLE_OPAQUE_FD, kSize, 0);
    weft_handle handle{};
    memory.describe(handle);
    const auto made = one.make_semaphore();
    const auto imported = other.import_semaphore(made->fd);
    for (std::uint32_t turn = 1; turn <= 3; ++turn) {
        {
            const gpu::OrderTrial writing(one, &memory, handle, turn, *made);
            EXPECT_EQ(gpu::read_in_order(other, nullptr, handle, *imported, 5'000'000'000),
                      sum_of(turn));
        }
        const gpu::OrderTrial writing(other, nullptr, handle, 9 * turn, *imported);
        EXPECT_EQ(gpu::read_in_order(one, &memory, handle, *made, 5'000'000'000), sum_of(9 * turn));
    }
}

TEST_F(OrderTrials, ASignalThatDoesNotComeEndsInTime) {
    WithSemaphores one(device());
    const gpu::Trial memory(one, WEFT_HANDLE_OPAQUE_FD, kSize, 3);
    weft_handle handle{};
    memory.describe(handle);
    const auto made = one.make_semaphore();
    try {
        (void)gpu::read_in_order(one, &memory, handle, *made, 20'000'000);
        ADD_FAILURE() << "it was read";
    } catch (const cpp::Failure& failure) {
        EXPECT_EQ(failure.code(), WEFT_TIMEOUT);
    }
    // Nothing of it is left that the next one could meet.
    const gpu::OrderTrial writing(one, &memory, handle, 4, *made);
    EXPECT_EQ(gpu::read_in_order(one, &memory, handle, *made, 5'000'000'000), sum_of(4));
}

TEST_F(OrderTrials, OtherMemoryIsRefused) {
    WithSemaphores one(device());
    const auto made = one.make_semaphore();
    weft_handle handle{};
    handle.kind = WEFT_HANDLE_HOST;
    handle.grid.axes[0].count = kSize / 4;
    EXPECT_THROW(gpu::OrderTrial(one, nullptr, handle, 1, *made), cpp::Failure);
    EXPECT_THROW((void)gpu::read_in_order(one, nullptr, handle, *made, 1), cpp::Failure);
}

}  // namespace
}  // namespace weft::vulkan

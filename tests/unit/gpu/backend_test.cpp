// What all back ends over a device have in common: a device that is lost is opened once more.
#include "gpu/backend.h"

#include <gtest/gtest.h>

#include "paper_device.h"
#include "tests/support/small_host.h"

namespace weft::gpu {
namespace {

class LosableDevice final : public PaperDevice {
public:
    static inline int opened = 0;
    static inline bool broken = false;

    explicit LosableDevice(cpp::Host) { ++opened; }
    [[nodiscard]] bool lost() const { return broken; }
};

struct Traits {
    using Device = LosableDevice;
    [[maybe_unused]] static constexpr std::string_view kName = "paper", kSummary = "paper";
    [[maybe_unused]] static constexpr std::uint32_t kContexts = 1u << WEFT_CONTEXT_VISUAL;
    static constexpr const char* kChoice = "WEFT_PAPER_DEVICE";
    static std::vector<DeviceOption> find() {
        throw cpp::Failure(WEFT_UNAVAILABLE, "there is no driver");
    }
};
using Backend = DeviceBackend<Traits>;

class OverADevice : public testing::Test {
protected:
    void SetUp() override {
        LosableDevice::opened = 0;
        LosableDevice::broken = false;
        batch_.struct_size = sizeof batch_;
        batch_.settings = settings_.data();
    }
    std::array<double, WEFT_FIELD_COUNT> settings_{};
    weft_batch batch_{};
};

TEST_F(OverADevice, ALostOneIsOpenedAgainOnce) {
    const test::SmallHost host;
    Backend backend(host.host());
    auto first = backend.compile(batch_);
    EXPECT_EQ(LosableDevice::opened, 1);
    EXPECT_EQ(host.log, "");
    LosableDevice::broken = true;
    // Programs of the lost one stay, and go when they like.
    auto second = backend.compile(batch_);
    EXPECT_EQ(LosableDevice::opened, 2);
    EXPECT_EQ(host.log, "paper was lost and is opened again");
    auto third = backend.compile(batch_);
    EXPECT_EQ(LosableDevice::opened, 2);
    first.reset();
}

TEST_F(OverADevice, WithoutADriverTheReasonIsTold) {
    weft_probe found{};
    found.struct_size = sizeof found;
    Backend::probe(found);
    EXPECT_EQ(found.available, 0u);
    EXPECT_STREQ(found.reason, "there is no driver");
    EXPECT_EQ(LosableDevice::opened, 0);
}

}  // namespace
}  // namespace weft::gpu

// Which functions of the driver's may stand for ours.
#include <memory>

#include "device.h"
#include "eval/eval.h"

#include "tests/support/natives_suite.h"

namespace weft::test {
namespace {

struct VulkanNatives {
    static constexpr bool kInstalled = true;
    static std::unique_ptr<gpu::Device> open(cpp::Host host) {
        return std::make_unique<vulkan::Device>(host);
    }
};

// What is right is measured, where a device has memory of its own.
TEST(VulkanNatives, RightOnesAreMeasured) {
    const SmallHost host;
    std::unique_ptr<gpu::Device> device;
    try {
        device = VulkanNatives::open(host.host());
    } catch (const cpp::Failure& failure) {
        return test::absent(failure.what());
    }
    Counted discrete(*device, false);
    for (const gpu::NativeTrial& trial : gpu::try_natives(discrete)) {
        if (trial.op == WEFT_OP_DIV) {
            EXPECT_EQ(trial.native_ns, 0.0);
        }
        if (trial.native_ns > 0.0) {
            EXPECT_GT(trial.own_ns, 0.0);
        }
        RecordProperty(weft_op_info_of(trial.op)->id, std::to_string(trial.misses) + " " +
                                                          std::to_string(trial.native_ns) + " " +
                                                          std::to_string(trial.own_ns));
    }
}

}  // namespace
INSTANTIATE_TYPED_TEST_SUITE_P(Vulkan, NativesSuite, VulkanNatives);
}  // namespace weft::test

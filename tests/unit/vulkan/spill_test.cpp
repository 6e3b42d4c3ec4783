// Memory that does not suffice, on a device of Vulkan.
#include "device.h"
#include "tests/support/spill_suite.h"

namespace weft::test {
namespace {

struct VulkanMemory {
    static constexpr bool kInstalled = true;
    static std::unique_ptr<gpu::Device> open(cpp::Host host) {
        return std::make_unique<vulkan::Device>(host);
    }
};
INSTANTIATE_TYPED_TEST_SUITE_P(Vulkan, SpillSuite, VulkanMemory);

}  // namespace
}  // namespace weft::test

// Memory that does not suffice, on a device of OpenCL.
#include "device.h"
#include "tests/support/spill_suite.h"

namespace weft::test {
namespace {

struct OpenClMemory {
    static constexpr bool kInstalled = true;
    static std::unique_ptr<gpu::Device> open(cpp::Host host) {
        return std::make_unique<opencl::Device>(host);
    }
};
INSTANTIATE_TYPED_TEST_SUITE_P(OpenCl, SpillSuite, OpenClMemory);

// The same taken for a GPU: what is in host memory is mapped, but while work uses it.
struct OpenClMappedMemory {
    static constexpr bool kInstalled = true;
    static std::unique_ptr<gpu::Device> open(cpp::Host host) {
        opencl::Candidate chosen = opencl::choose(opencl::load());
        chosen.type = CL_DEVICE_TYPE_GPU;
        return std::make_unique<opencl::Device>(opencl::load(), chosen, host);
    }
};
INSTANTIATE_TYPED_TEST_SUITE_P(OpenClGpu, SpillSuite, OpenClMappedMemory);

}  // namespace
}  // namespace weft::test

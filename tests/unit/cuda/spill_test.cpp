// Memory that does not suffice, on a device of CUDA.
#include "device.h"
#include "tests/support/spill_suite.h"

namespace weft::test {
namespace {

struct CudaMemory {
    static constexpr bool kInstalled = false;
    static std::unique_ptr<gpu::Device> open(cpp::Host host) {
        return std::make_unique<cuda::Device>(host);
    }
};
INSTANTIATE_TYPED_TEST_SUITE_P(Cuda, SpillSuite, CudaMemory);

}  // namespace
}  // namespace weft::test

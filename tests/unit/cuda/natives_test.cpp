// Which functions of the driver's may stand for ours.
#include "device.h"

#include "tests/support/natives_suite.h"

namespace weft::test {
namespace {

struct CudaNatives {
    static constexpr bool kInstalled = false;
    static std::unique_ptr<gpu::Device> open(cpp::Host host) {
        return std::make_unique<cuda::Device>(host);
    }
};

}  // namespace
INSTANTIATE_TYPED_TEST_SUITE_P(Cuda, NativesSuite, CudaNatives);
}  // namespace weft::test

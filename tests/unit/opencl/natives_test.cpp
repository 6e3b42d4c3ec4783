// Which functions of the driver's may stand for ours.
#include "device.h"

#include "tests/support/natives_suite.h"

namespace weft::test {
namespace {

struct OpenClNatives {
    static std::unique_ptr<gpu::Device> open(cpp::Host host) { return opencl::Device::open(host); }
};

}  // namespace
INSTANTIATE_TYPED_TEST_SUITE_P(OpenCl, NativesSuite, OpenClNatives);
}  // namespace weft::test

// Where there is a device the suite of every device; where there is none, the reason.
#include "device.h"

#include "tests/support/device_suite.h"

namespace weft::cuda {
namespace {

struct Cuda {
    static constexpr std::uint32_t kGroup = 0;  // the device's
    static constexpr bool kInstalled = false;
    static std::unique_ptr<gpu::Device> open(cpp::Host host) {
        return std::make_unique<Device>(host);
    }
    static gpu::KernelText text(const std::string& body) {
        gpu::KernelText text;
        text.source =
            "typedef unsigned int uint;\n"
            "extern \"C\" __global__ void points(const uint* from, uint* to, uint4 c) {\n"
            "    const uint i = blockIdx.x * blockDim.x + threadIdx.x + c.x;\n"
            "    if (i < c.z && blockIdx.y + c.y < c.w) { " +
            body + " }\n}\n";
        text.parameters.resize(2);
        text.entries.push_back({"points", gpu::Over::points});
        return text;
    }
};

TEST(CudaDevice, WithoutOneTheReasonSaysWhatIsMissing) {
    const test::SmallHost host;
    try {
        const Device device(host.host());
        GTEST_SKIP() << "there is " << device.info().name;
    } catch (const cpp::Failure& failure) {
        EXPECT_EQ(failure.code(), WEFT_UNAVAILABLE);
        EXPECT_NE(std::string(failure.what()).find("CUDA"), std::string::npos) << failure.what();
    }
}

}  // namespace
}  // namespace weft::cuda

namespace weft::test {
INSTANTIATE_TYPED_TEST_SUITE_P(Cuda, DeviceSuite, cuda::Cuda);
}  // namespace weft::test

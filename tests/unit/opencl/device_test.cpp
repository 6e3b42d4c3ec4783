// PoCL stands for every driver of OpenCL.
#include "device.h"

#include <cstdlib>

#include "tests/support/device_suite.h"

namespace weft::opencl {
namespace {

struct OpenCl {
    static constexpr std::uint32_t kGroup = 0;  // the device's
    static constexpr bool kInstalled = true;
    static std::unique_ptr<gpu::Device> open(cpp::Host host) {
        return std::make_unique<Device>(host);
    }
    static gpu::KernelText text(const std::string& body) {
        gpu::KernelText text;
        text.source =
            "__kernel void points(__global const uint* from, __global uint* to, uint4 c) {\n"
            "    const uint i = get_global_id(0) + c.x;\n"
            "    if (i < c.z && get_global_id(1) + c.y < c.w) { " +
            body + " }\n}\n";
        text.parameters.resize(2);
        text.entries.push_back({"points", gpu::Over::points});
        return text;
    }
};

// The same taken for a GPU: memory of its own, which the host sees while it is mapped.
struct OpenClGpu : OpenCl {
    static std::unique_ptr<gpu::Device> open(cpp::Host host) {
        Candidate chosen = choose(load());
        chosen.type = CL_DEVICE_TYPE_GPU;
        return std::make_unique<Device>(load(), chosen, host);
    }
};

TEST(OpenClDevice, AnAbsentOneIsNamedInTheReason) {
    ::setenv("WEFT_OPENCL_DEVICE", "a device nobody has", 1);
    try {
        (void)choose(load());
        ADD_FAILURE() << "it was found";
    } catch (const cpp::Failure& failure) {
        EXPECT_EQ(failure.code(), WEFT_UNAVAILABLE);
        EXPECT_NE(std::string(failure.what()), "");
    }
    ::unsetenv("WEFT_OPENCL_DEVICE");
}

TEST(OpenClDevice, WorkInHostMemoryNeedsNoCopies) {
    const test::SmallHost host;
    std::unique_ptr<Device> device;
    try {
        device = std::make_unique<Device>(host.host());
    } catch (const cpp::Failure& failure) {
        return test::absent(failure.what());
    }
    if (!device->info().unified) GTEST_SKIP() << "the device has memory of its own";
    for (const gpu::Place place : {gpu::Place::device, gpu::Place::host, gpu::Place::upload})
        EXPECT_NE(device->allocate(4096, place)->host, nullptr);
    EXPECT_GE(device->allocate(4096, gpu::Place::host)->fd, 0);
    EXPECT_THROW((void)device->allocate(4096, gpu::Place::exported), cpp::Failure);
}

}  // namespace
}  // namespace weft::opencl

namespace weft::test {
INSTANTIATE_TYPED_TEST_SUITE_P(OpenCl, DeviceSuite, opencl::OpenCl);
INSTANTIATE_TYPED_TEST_SUITE_P(OpenClGpu, DeviceSuite, opencl::OpenClGpu);
}  // namespace weft::test

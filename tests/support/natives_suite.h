// What every device of sdk/gpu is asked for about its driver's own functions. Instantiated as
// device_suite.h is.
#pragma once

#include <weft/ops.h>

#include "gpu/math/native_trial.h"
#include "tests/support/absent.h"
#include "tests/support/device_over.h"
#include "tests/support/device_suite.h"
#include "tests/support/temp_dir.h"

namespace weft::test {

// A device that counts what it compiles; one in host memory may be taken for one that is not.
class Counted final : public DeviceOver {
public:
    explicit Counted(gpu::Device& device, bool unified = true) : DeviceOver(device) {
        info_.unified = info_.unified && unified;
    }
    [[nodiscard]] std::shared_ptr<const gpu::Pipeline> build(
        const gpu::BuildRequest& request) override {
        ++builds;
        return DeviceOver::build(request);
    }

    int builds = 0;
};

template <class Api>
class NativesSuite : public testing::Test {
protected:
    void SetUp() override {
        try {
            device_ = Api::open(host_.host());
        } catch (const cpp::Failure& failure) {
            return absent(failure.what(), Api::kInstalled);
        }
    }
    SmallHost host_;
    std::unique_ptr<gpu::Device> device_;
};
TYPED_TEST_SUITE_P(NativesSuite);

TYPED_TEST_P(NativesSuite, WhatIsUsedKeepsTheBounds) {
    const std::uint64_t used = this->device_->info().text.native;
    std::uint64_t good = 0;
    for (const gpu::NativeTrial& trial : gpu::try_natives(*this->device_))
        if (trial.misses == 0) good |= std::uint64_t{1} << (trial.op - WEFT_OP_ADD);
    EXPECT_EQ(used & ~good, 0u);
}

TYPED_TEST_P(NativesSuite, ChoiceIsRemembered) {
    const TempDir cache;
    const SmallHost host(cache.path());
    Counted first(*this->device_);
    const std::uint64_t chosen = gpu::choose_natives(first, host.host());
    EXPECT_GT(first.builds, 0);
    Counted second(*this->device_);
    EXPECT_EQ(gpu::choose_natives(second, host.host()), chosen);
    EXPECT_EQ(second.builds, 0);
    EXPECT_EQ(host.log, "");
}

REGISTER_TYPED_TEST_SUITE_P(NativesSuite, WhatIsUsedKeepsTheBounds, ChoiceIsRemembered);

}  // namespace weft::test

// Puts together what the files beside it do.
#include "device.h"

#include "gpu/math/native_trial.h"

namespace weft::cuda {

Device::Device(cpp::Host host) : DeviceParts(host, load(), choose(load())) {
    context_.info.text.native = gpu::choose_natives(*this, host);
}

std::shared_ptr<const gpu::Pipeline> Device::build(const gpu::BuildRequest& request) {
    return pipelines_.build(request);
}

std::unique_ptr<gpu::Work> Device::record(const std::vector<gpu::Command>& commands) {
    return cuda::record(context_, commands);
}

// What others use of the device is not ours to use.
gpu::Device::Budget Device::budget() const {
    const Current current(context_);
    const std::uint64_t used = context_.used;
    std::size_t free = 0, total = 0;
    if (context_.cu.memory_info(&free, &total) != kSuccess) return {used, context_.info.memory};
    return {used, used + free};
}

}  // namespace weft::cuda

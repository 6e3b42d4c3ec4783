// Puts together what the files beside it do.
#include "device.h"

#include "gpu/math/native_trial.h"

namespace weft::opencl {

Device::Device(cpp::Host host) : Device(load(), choose(load()), host) {
    // Of a processor it is known which are worth it.
    if (!context_.coherent) context_.info.text.native = gpu::choose_natives(*this, host);
}

Device::Device(const Api& cl, const Candidate& chosen, cpp::Host host)
    : DeviceParts(host, cl, chosen) {}

std::shared_ptr<const gpu::Pipeline> Device::build(const gpu::BuildRequest& request) {
    return pipelines_.build(request);
}

std::unique_ptr<gpu::Work> Device::record(const std::vector<gpu::Command>& commands) {
    return opencl::record(context_, commands);
}

gpu::Device::Budget Device::budget() const {
    return {context_.used, context_.info.memory};
}

}  // namespace weft::opencl

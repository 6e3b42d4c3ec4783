// Puts together what the files beside it do.
#include "device.h"

#include "gpu/math/native_trial.h"

namespace weft::opencl {

std::unique_ptr<Device> Device::open(cpp::Host host) {
    std::string why;
    const Api* cl = load(why);
    if (cl == nullptr) throw cpp::Failure(WEFT_UNAVAILABLE, why);
    auto device = std::make_unique<Device>(*cl, choose(*cl), host);
    // Of a processor it is known which are worth it.
    if (!device->context_.coherent)
        device->context_.info.text.native = gpu::choose_natives(*device, host);
    return device;
}

Device::Device(const Api& cl, const Candidate& chosen, cpp::Host host)
    : context_(cl, chosen),
      pipelines_(context_, std::string(host.cache_directory()), host),
      timeline_(context_) {}

std::unique_ptr<gpu::Buffer> Device::allocate(std::uint64_t size, gpu::Place place) {
    return Memory::allocate(context_, size, place);
}

std::unique_ptr<gpu::Buffer> Device::import_host(void* data, std::uint64_t size) {
    return Memory::import_host(context_, data, size);
}

std::unique_ptr<gpu::Buffer> Device::import_fd(int fd, std::uint64_t size) {
    return Memory::import_fd(context_, fd, size);
}

std::shared_ptr<const gpu::Pipeline> Device::build(const gpu::BuildRequest& request) {
    return pipelines_.build(request);
}

std::unique_ptr<gpu::Work> Device::record(const std::vector<gpu::Command>& commands) {
    return opencl::record(context_, commands);
}

std::uint64_t Device::submit(gpu::Work& work) {
    return timeline_.submit(work);
}

bool Device::wait(std::uint64_t value, std::uint64_t timeout_ns) {
    return timeline_.wait(value, timeout_ns);
}

gpu::Device::Budget Device::budget() const {
    return {context_.used, context_.info.memory};
}

}  // namespace weft::opencl

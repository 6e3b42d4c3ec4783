// Puts together what the files beside it do.
#include "device.h"

#include <algorithm>
#include <cstring>

namespace weft::vulkan {
namespace {

constexpr std::uint64_t kWarmBytes = 65536;

}  // namespace

Device::Device(cpp::Host host)
    : context_(host),
      heap_(context_),
      pipelines_(context_, std::string(host.cache_directory())),
      pools_(context_),
      timeline_(context_) {}

std::unique_ptr<gpu::Buffer> Device::allocate(std::uint64_t size, gpu::Place place) {
    return heap_.allocate(size, place);
}

std::unique_ptr<gpu::Buffer> Device::import_host(void* data, std::uint64_t size) {
    return heap_.import_host(data, size);
}

std::unique_ptr<gpu::Buffer> Device::import_fd(int fd, std::uint64_t size) {
    return heap_.import_fd(fd, size);
}

std::shared_ptr<const gpu::Pipeline> Device::build(const gpu::BuildRequest& request) {
    bool fresh = false;
    std::shared_ptr<const Pipeline> pipeline = pipelines_.build(request, fresh);
    if (fresh) warm(pipeline);
    return pipeline;
}

// Runs every entry over no points at all, into memory that is nobody's: a driver may compile at the
// first launch.
void Device::warm(const std::shared_ptr<const Pipeline>& pipeline) {
    const auto nobodys = heap_.allocate(std::max(kWarmBytes, pipeline->args_bytes),
                                        gpu::Place::upload);
    std::memset(nobodys->host, 0, nobodys->size);
    std::vector<gpu::Command> commands(pipeline->entries.size());
    for (std::uint32_t e = 0; e < commands.size(); ++e) {
        commands[e].kind = gpu::Command::Kind::launch;
        commands[e].launch.pipeline = pipeline.get();
        commands[e].launch.entry = e;
        commands[e].launch.parameters.assign(pipeline->parameters, {nobodys.get(), 0});
    }
    const std::unique_ptr<gpu::Work> work = record(commands);
    (void)wait(submit(*work), UINT64_MAX);
}

std::unique_ptr<gpu::Work> Device::record(const std::vector<gpu::Command>& commands) {
    return std::make_unique<Work>(context_, pools_, heap_, commands);
}

std::uint64_t Device::submit(gpu::Work& work) {
    return timeline_.submit(work);
}

bool Device::wait(std::uint64_t value, std::uint64_t timeout_ns) {
    return timeline_.wait(value, timeout_ns);
}

gpu::Device::Budget Device::budget() const {
    return heap_.budget();
}

}  // namespace weft::vulkan

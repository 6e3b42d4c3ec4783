// Puts together what the files beside it do.
#include "device.h"

#include <algorithm>
#include <cstring>

#include "gpu/math/native_trial.h"

namespace weft::vulkan {
namespace {

constexpr std::uint64_t kWarmBytes = 65536;

// 1 in each width in which fma rounds once.
constexpr const char* kFusedSource = R"(#version 460
#extension GL_EXT_scalar_block_layout : require
#extension GL_EXT_buffer_reference : require
layout(local_size_x = 1) in;
layout(push_constant, scalar) uniform Launch { uvec4 launch; };
layout(buffer_reference, scalar, buffer_reference_align = 8) buffer Out { uint w[2]; };
layout(set = 0, binding = 0, scalar) uniform Numbers { double d[3]; float f[3]; };
layout(set = 0, binding = 1, scalar) uniform Addresses { Out a[2]; };
void main() {
    if (launch.z == 0u) return;
    a[1].w[0] = fma(f[0], f[0], f[1]) == f[2] ? 1u : 0u;
    a[1].w[1] = fma(d[0], d[0], d[1]) == d[2] ? 1u : 0u;
}
)";

}  // namespace

Device::Device(cpp::Host host) : DeviceParts(host, host) {
    // Software drivers do it in two steps, or call a slow function.
    if (context_.software()) return;
    context_.info.text.fused = fuses();
    context_.info.text.native = gpu::choose_natives(*this, host);
}

// No property of a device tells; (1 + e)^2 - (1 + 2e) is e^2 or nothing.
bool Device::fuses() {
    gpu::KernelText text;
    text.source = kFusedSource;
    text.parameters = {{gpu::Use::args, 0}, {gpu::Use::output, 0}};
    text.entries = {{"fused", gpu::Over::points}};
    const std::shared_ptr<const gpu::Pipeline> pipeline = build({&text, "fma"});
    const auto numbers = heap_.allocate(text.args.bytes(0), gpu::Place::upload);
    const double small[] = {0x1p-30, 0x1p-14};
    for (int width = 0; width < 2; ++width) {
        const double e = small[width];
        const double values[] = {1 + e, -(1 + 2 * e), e * e};
        for (int i = 0; i < 3; ++i) {
            const auto single = static_cast<float>(values[i]);
            if (width == 0) std::memcpy(numbers->host + i * 8, &values[i], 8);
            if (width == 1) std::memcpy(numbers->host + 24 + i * 4, &single, 4);
        }
    }
    const auto result = heap_.allocate(8, gpu::Place::readback);
    std::vector<gpu::Command> commands(1);
    commands[0].kind = gpu::Command::Kind::launch;
    commands[0].launch = {
        pipeline.get(), 0, {1, 1}, {{numbers.get(), 0}, {result.get(), 0}}, {0, 0, 1, 1}};
    const std::unique_ptr<gpu::Work> work = record(commands);
    (void)wait(submit(*work), UINT64_MAX);
    std::uint32_t fused[2] = {};
    std::memcpy(fused, result->host, sizeof fused);
    return fused[0] == 1 && fused[1] == 1;
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
    const auto nobodys =
        heap_.allocate(std::max(kWarmBytes, pipeline->args_bytes), gpu::Place::upload);
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
    return std::make_unique<Work>(context_, pipelines_, pools_, heap_, commands);
}

gpu::Device::Budget Device::budget() const {
    return heap_.budget();
}

}  // namespace weft::vulkan

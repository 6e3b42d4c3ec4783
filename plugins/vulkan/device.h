// A device of Vulkan as sdk/gpu wants one.
#pragma once

#include "context.h"
#include "gpu/parts.h"
#include "memory.h"
#include "pipeline.h"
#include "queue.h"
#include "semaphores.h"

namespace weft::vulkan {

using DeviceParts = gpu::DeviceOfParts<Context, Heap, Pipelines, Timeline, Semaphore>;

class Device final : public DeviceParts {
public:
    // The best device there is; its driver's threads run where the caller may. Throws
    // cpp::Failure(WEFT_UNAVAILABLE) with the reason.
    explicit Device(cpp::Host host);

    [[nodiscard]] std::shared_ptr<const gpu::Pipeline> build(
        const gpu::BuildRequest& request) override;
    [[nodiscard]] std::unique_ptr<gpu::Work> record(
        const std::vector<gpu::Command>& commands) override;
    [[nodiscard]] Budget budget() const override;

    // What the validation layer had to say, where it was asked.
    [[nodiscard]] std::uint64_t validation_messages() const { return context_.instance.messages(); }

private:
    [[nodiscard]] bool fuses();
    void warm(const std::shared_ptr<const Pipeline>& pipeline);

    CommandPools pools_{context_};
};

}  // namespace weft::vulkan

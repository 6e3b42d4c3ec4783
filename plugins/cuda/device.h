// A device of CUDA as sdk/gpu wants one.
#pragma once

#include "context.h"
#include "gpu/parts.h"
#include "pipeline.h"
#include "queue.h"
#include "semaphores.h"

namespace weft::cuda {

using DeviceParts =
    gpu::DeviceOfParts<Context, gpu::MemoryHeap<Context, Memory>, Pipelines, Timeline, Semaphore>;

class Device final : public DeviceParts {
public:
    // The best device there is. Throws cpp::Failure(WEFT_UNAVAILABLE) with the reason.
    explicit Device(cpp::Host host);

    [[nodiscard]] std::shared_ptr<const gpu::Pipeline> build(
        const gpu::BuildRequest& request) override;
    [[nodiscard]] std::unique_ptr<gpu::Work> record(
        const std::vector<gpu::Command>& commands) override;
    [[nodiscard]] Budget budget() const override;
};

}  // namespace weft::cuda

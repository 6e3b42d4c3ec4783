// A device of CUDA as sdk/gpu wants one.
#pragma once

#include "context.h"
#include "pipeline.h"
#include "queue.h"

namespace weft::cuda {

class Device final : public gpu::Device {
public:
    // The best device there is. Throws cpp::Failure(WEFT_UNAVAILABLE) with the reason.
    [[nodiscard]] static std::unique_ptr<Device> open(cpp::Host host);

    Device(const Api& api, const Candidate& chosen, cpp::Host host);

    [[nodiscard]] const gpu::DeviceInfo& info() const override { return context_.info; }
    [[nodiscard]] std::unique_ptr<gpu::Buffer> allocate(std::uint64_t size,
                                                        gpu::Place place) override;
    [[nodiscard]] std::unique_ptr<gpu::Buffer> import_host(void* data, std::uint64_t size) override;
    [[nodiscard]] std::unique_ptr<gpu::Buffer> import_fd(int fd, std::uint64_t size) override;
    [[nodiscard]] std::shared_ptr<const gpu::Pipeline> build(
        const gpu::BuildRequest& request) override;
    [[nodiscard]] std::unique_ptr<gpu::Work> record(
        const std::vector<gpu::Command>& commands) override;
    std::uint64_t submit(gpu::Work& work) override;
    [[nodiscard]] bool wait(std::uint64_t value, std::uint64_t timeout_ns) override;
    [[nodiscard]] Budget budget() const override;

    // Nothing will complete on it any more.
    [[nodiscard]] bool lost() const { return context_.lost(); }

private:
    Context context_;
    Pipelines pipelines_;
    Timeline timeline_;
};

}  // namespace weft::cuda

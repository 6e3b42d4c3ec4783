// A device of Vulkan as sdk/gpu wants one.
#pragma once

#include "context.h"
#include "memory.h"
#include "pipeline.h"
#include "queue.h"

namespace weft::vulkan {

class Device final : public gpu::Device {
public:
    // The best device there is; its driver's threads run where the caller may. Throws
    // cpp::Failure(WEFT_UNAVAILABLE) with the reason.
    explicit Device(cpp::Host host);

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
    // What the validation layer had to say, where it was asked.
    [[nodiscard]] std::uint64_t validation_messages() const { return context_.instance.messages(); }

private:
    [[nodiscard]] bool fuses();
    void warm(const std::shared_ptr<const Pipeline>& pipeline);

    Context context_;
    Heap heap_;
    Pipelines pipelines_;
    CommandPools pools_;
    Timeline timeline_;
};

}  // namespace weft::vulkan

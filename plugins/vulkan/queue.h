// Work in the order of its submission, and how far the device has come with it.
#pragma once

#include <mutex>
#include <vector>

#include "gpu/asking.h"
#include "recording.h"

namespace weft::vulkan {

class Work final : public gpu::Work {
public:
    Work(Context& context, Pipelines& pipelines, CommandPools& pools, Heap& heap,
         const std::vector<gpu::Command>& commands);

    // What is to be submitted next.
    [[nodiscard]] VkCommandBuffer next();
    // Whether points asked for paths that the last run did not have.
    [[nodiscard]] bool doubtful() const;
    // The same commands with all paths.
    [[nodiscard]] VkCommandBuffer whole();

private:
    [[nodiscard]] std::uint32_t& doubt() const;

    Context& context_;
    Pipelines& pipelines_;
    CommandPools& pools_;
    Heap& heap_;
    std::vector<gpu::Command> commands_;  // kept while some pipeline lacks paths
    std::vector<std::shared_ptr<const Pipeline>> pipelines_kept_;
    std::unique_ptr<Memory> doubt_;
    std::unique_ptr<Recording> common_;
    std::unique_ptr<Recording> whole_;
    std::uint32_t doubts_ = 0;
};

// Thread safe.
class Timeline {
public:
    explicit Timeline(Context& context);

    std::uint64_t submit(gpu::Work& work, const gpu::Order& order = {});
    [[nodiscard]] bool wait(std::uint64_t value, std::uint64_t timeout_ns);

private:
    struct Flight {
        std::uint64_t value;
        Work* work;
    };
    void queue(const std::vector<VkCommandBuffer>& commands, VkSemaphore semaphore,
               std::uint64_t value, const gpu::Order& order);
    void flush(const gpu::Order& order);
    [[nodiscard]] bool reached(VkSemaphore semaphore, std::uint64_t value,
                               std::uint64_t timeout_ns);
    [[nodiscard]] std::uint64_t counter();
    void settle(std::uint64_t value);
    void run_again();
    void run_and_wait(VkCommandBuffer commands);

    Context& context_;
    Owned<VkSemaphore> semaphore_;
    Owned<VkSemaphore> again_;  // for runs that nobody outside knows of
    gpu::Asking asking_;
    std::mutex mutex_;  // of what follows
    std::uint64_t submitted_ = 0;
    std::uint64_t queued_ = 0;               // what the driver was given of it
    std::uint64_t reached_ = 0;              // what is known to be complete of that
    std::vector<VkCommandBuffer> gathered_;  // submitted and not queued
    std::uint64_t again_value_ = 0;
    std::vector<Flight> flights_;  // software drivers: not yet known to be complete; few
    // Of one submission.
    std::vector<VkSemaphore> waits_;
    std::vector<VkPipelineStageFlags> stages_;
    std::vector<VkSemaphore> signals_;
    std::vector<std::uint64_t> values_;  // of signals_; what binary ones have is not looked at
};

}  // namespace weft::vulkan

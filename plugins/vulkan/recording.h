// Commands as the driver wants them: buffers of them, descriptors, and barriers.
#pragma once

#include <mutex>

#include "context.h"
#include "memory.h"
#include "pipeline.h"

namespace weft::vulkan {

// Command buffers come from pools of their own, so that work is recorded on several threads at
// once; a pool that is given back serves the next work. Thread safe.
class CommandPools {
public:
    explicit CommandPools(Context& context) : context_(context) {}

    struct Pool {
        Owned<VkCommandPool> pool;
        VkCommandBuffer commands = VK_NULL_HANDLE;
    };
    [[nodiscard]] Pool take();
    void give_back(Pool pool);

private:
    Context& context_;
    std::mutex mutex_;
    std::vector<Pool> free_;
};

class Recording {
public:
    // Points that ask for rare paths set `doubt`; null: no pipeline lacks them.
    Recording(Context& context, CommandPools& pools, Heap& heap,
              const std::vector<gpu::Command>& commands, const Memory* doubt);
    Recording(const Recording&) = delete;
    Recording& operator=(const Recording&) = delete;
    ~Recording();

    [[nodiscard]] VkCommandBuffer commands() const { return pool_.commands; }

private:
    void prepare(const std::vector<gpu::Command>& commands);
    void record(const gpu::Command& command);
    void launch(const gpu::Launch& launch);
    void bind(const gpu::Launch& launch, const Pipeline& pipeline);
    void find_passed_on(const std::vector<gpu::Command>& commands);
    [[nodiscard]] std::vector<VkBufferMemoryBarrier> from_others() const;
    [[nodiscard]] std::vector<VkBufferMemoryBarrier> to_others() const;
    void barrier(VkPipelineStageFlags to, VkAccessFlags access,
                 const std::vector<VkBufferMemoryBarrier>& owners = {});

    Context& context_;
    CommandPools& pools_;
    const Memory* doubt_;
    CommandPools::Pool pool_;
    Owned<VkDescriptorPool> sets_;
    std::unique_ptr<Memory> addresses_;  // of all launches, kAddressAlignment apart
    std::uint64_t next_addresses_ = 0;
    std::vector<VkBuffer> passed_on_;     // that other APIs use too
    bool seen_by_host_ = false;           // of what is used, the host reads some
    const gpu::Launch* bound_ = nullptr;  // whose parameters are bound; only while recording
};

}  // namespace weft::vulkan

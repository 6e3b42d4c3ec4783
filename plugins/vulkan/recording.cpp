#include "recording.h"

#include <algorithm>
#include <cstring>

namespace weft::vulkan {
namespace {

constexpr VkPipelineStageFlags kWorkStages =
    VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT | VK_PIPELINE_STAGE_TRANSFER_BIT;
constexpr VkAccessFlags kWrites = VK_ACCESS_SHADER_WRITE_BIT | VK_ACCESS_TRANSFER_WRITE_BIT;
constexpr VkAccessFlags kAll =
    kWrites | VK_ACCESS_SHADER_READ_BIT | VK_ACCESS_UNIFORM_READ_BIT | VK_ACCESS_TRANSFER_READ_BIT;
// The most that a device may ask of the start of a uniform block.
constexpr std::uint64_t kAddressAlignment = 256;

const Memory& memory_of(const gpu::Slice& slice) {
    return static_cast<const Memory&>(*slice.buffer);
}

std::uint64_t address_bytes(const gpu::Launch& launch) {
    const std::uint64_t bytes = std::max<std::uint64_t>(launch.parameters.size(), 1) * 8;
    return (bytes + kAddressAlignment - 1) / kAddressAlignment * kAddressAlignment;
}

bool same_parameters(const gpu::Launch& a, const gpu::Launch& b) {
    return a.pipeline == b.pipeline &&
           std::equal(a.parameters.begin(), a.parameters.end(), b.parameters.begin(),
                      b.parameters.end(), [](const gpu::Slice& s, const gpu::Slice& t) {
                          return s.buffer == t.buffer && s.offset == t.offset;
                      });
}

}  // namespace

CommandPools::Pool CommandPools::take() {
    {
        const std::lock_guard lock(mutex_);
        if (!free_.empty()) {
            Pool pool = std::move(free_.back());
            free_.pop_back();
            return pool;
        }
    }
    Pool pool;
    VkCommandPoolCreateInfo create{};
    create.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO;
    create.queueFamilyIndex = context_.chosen.family;
    pool.pool =
        context_.make<VkCommandPool>(context_.vk.CreateCommandPool, context_.vk.DestroyCommandPool,
                                     create, "making a pool of commands");
    VkCommandBufferAllocateInfo allocate{};
    allocate.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO;
    allocate.commandPool = pool.pool.get();
    allocate.level = VK_COMMAND_BUFFER_LEVEL_PRIMARY;
    allocate.commandBufferCount = 1;
    context_.check(context_.vk.AllocateCommandBuffers(context_.device, &allocate, &pool.commands),
                   "making a command buffer");
    return pool;
}

void CommandPools::give_back(Pool pool) {
    if (context_.vk.ResetCommandPool(context_.device, pool.pool.get(), 0) != VK_SUCCESS) return;
    const std::lock_guard lock(mutex_);
    free_.push_back(std::move(pool));
}

Recording::Recording(Context& context, CommandPools& pools, Heap& heap,
                     const std::vector<gpu::Command>& commands, const Memory* doubt)
    : context_(context), pools_(pools), doubt_(doubt), pool_(pools.take()) {
    std::uint64_t bytes = 0;
    for (const gpu::Command& command : commands)
        if (command.kind == gpu::Command::Kind::launch) bytes += address_bytes(command.launch);
    if (bytes != 0) addresses_ = heap.allocate(bytes, gpu::Place::upload);
    prepare(commands);

    VkCommandBufferBeginInfo begin{};
    begin.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO;
    context.check(context.vk.BeginCommandBuffer(pool_.commands, &begin), "recording");
    // Works run in their order and see what those before them wrote, here or elsewhere.
    seen_by_host_ = doubt != nullptr;
    find_passed_on(commands);
    bool behind = false;  // those before
    for (const gpu::Command& command : commands) {
        const bool orders = command.kind == gpu::Command::Kind::barrier;
        const bool alone = command.kind == gpu::Command::Kind::launch && command.launch.alone;
        if (!behind && !alone) {
            barrier(kWorkStages, kAll, from_others());
            behind = true;
            if (orders) continue;
        }
        record(command);
    }
    if (seen_by_host_ || !passed_on_.empty())
        barrier(VK_PIPELINE_STAGE_HOST_BIT, VK_ACCESS_HOST_READ_BIT, to_others());
    context.check(context.vk.EndCommandBuffer(pool_.commands), "recording");
    bound_ = nullptr;
}

Recording::~Recording() {
    pools_.give_back(std::move(pool_));
}

void Recording::record(const gpu::Command& command) {
    switch (command.kind) {
        case gpu::Command::Kind::launch: launch(command.launch); break;
        case gpu::Command::Kind::copy: {
            const Memory& from = memory_of(command.from);
            const Memory& to = memory_of(command.to);
            const VkBufferCopy region{from.start() + command.from.offset,
                                      to.start() + command.to.offset, command.bytes};
            context_.vk.CmdCopyBuffer(pool_.commands, from.buffer(), to.buffer(), 1, &region);
            break;
        }
        case gpu::Command::Kind::fill: {
            const Memory& to = memory_of(command.to);
            context_.vk.CmdFillBuffer(pool_.commands, to.buffer(), to.start() + command.to.offset,
                                      (command.bytes + 3) / 4 * 4, 0);
            break;
        }
        case gpu::Command::Kind::barrier: barrier(kWorkStages, kAll); break;
    }
}

// Descriptors for all launches; those over the same parameters share them, as the entries of a
// kernel do.
void Recording::prepare(const std::vector<gpu::Command>& commands) {
    std::uint32_t uniform = 0, storage = 0, sets = 0;
    for (const gpu::Command& command : commands) {
        if (command.kind != gpu::Command::Kind::launch) continue;
        const auto& pipeline = static_cast<const Pipeline&>(*command.launch.pipeline);
        ++sets;
        uniform += pipeline.numbers == VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER ? 2 : 1;
        storage += pipeline.numbers == VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER ? 1 : 2;
    }
    if (sets == 0) return;
    const std::array<VkDescriptorPoolSize, 2> sizes{{{VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER, uniform},
                                                     {VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, storage}}};
    VkDescriptorPoolCreateInfo create{};
    create.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO;
    create.maxSets = sets;
    create.poolSizeCount = static_cast<std::uint32_t>(sizes.size());
    create.pPoolSizes = sizes.data();
    sets_ = context_.make<VkDescriptorPool>(context_.vk.CreateDescriptorPool,
                                            context_.vk.DestroyDescriptorPool, create,
                                            "making descriptors");
}

void Recording::bind(const gpu::Launch& launch, const Pipeline& pipeline) {
    const VkDescriptorSetLayout layout = pipeline.layout->set.get();
    VkDescriptorSetAllocateInfo allocate{};
    allocate.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO;
    allocate.descriptorPool = sets_.get();
    allocate.descriptorSetCount = 1;
    allocate.pSetLayouts = &layout;
    VkDescriptorSet set = VK_NULL_HANDLE;
    context_.check(context_.vk.AllocateDescriptorSets(context_.device, &allocate, &set),
                   "making descriptors");

    char* to = addresses_->host + next_addresses_;
    for (const gpu::Slice& slice : launch.parameters) {
        const VkDeviceAddress address = memory_of(slice).address() + slice.offset;
        std::memcpy(to, &address, sizeof address);
        to += sizeof address;
    }
    const VkDescriptorBufferInfo table{addresses_->buffer(), addresses_->start() + next_addresses_,
                                       address_bytes(launch)};
    next_addresses_ += table.range;
    VkDescriptorBufferInfo numbers = table;
    if (pipeline.args < launch.parameters.size()) {
        const gpu::Slice& args = launch.parameters[pipeline.args];
        numbers = {memory_of(args).buffer(), memory_of(args).start() + args.offset,
                   pipeline.args_bytes};
    }
    // Only a pipeline that lacks paths looks at it.
    VkDescriptorBufferInfo doubt = table;
    if (doubt_ != nullptr) doubt = {doubt_->buffer(), doubt_->start(), sizeof(std::uint32_t)};
    const std::array<VkDescriptorBufferInfo, 3> buffers{numbers, table, doubt};
    const std::array<VkDescriptorType, 3> types{pipeline.numbers, VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER,
                                                VK_DESCRIPTOR_TYPE_STORAGE_BUFFER};
    std::array<VkWriteDescriptorSet, 3> writes{};
    for (std::uint32_t i = 0; i < writes.size(); ++i) {
        writes[i].sType = VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET;
        writes[i].dstSet = set;
        writes[i].dstBinding = i;
        writes[i].descriptorCount = 1;
        writes[i].descriptorType = types[i];
        writes[i].pBufferInfo = &buffers[i];
    }
    context_.vk.UpdateDescriptorSets(context_.device, static_cast<std::uint32_t>(writes.size()),
                                     writes.data(), 0, nullptr);
    context_.vk.CmdBindDescriptorSets(pool_.commands, VK_PIPELINE_BIND_POINT_COMPUTE,
                                      pipeline.layout->pipeline.get(), 0, 1, &set, 0, nullptr);
}

void Recording::launch(const gpu::Launch& launch) {
    const auto& pipeline = static_cast<const Pipeline&>(*launch.pipeline);
    if (bound_ == nullptr || !same_parameters(*bound_, launch)) {
        bind(launch, pipeline);
        bound_ = &launch;
    }
    context_.vk.CmdBindPipeline(pool_.commands, VK_PIPELINE_BIND_POINT_COMPUTE,
                                pipeline.entries.at(launch.entry).get());
    context_.vk.CmdPushConstants(pool_.commands, pipeline.layout->pipeline.get(),
                                 VK_SHADER_STAGE_COMPUTE_BIT, 0, sizeof launch.constants,
                                 launch.constants.data());
    context_.vk.CmdDispatch(pool_.commands, launch.groups[0], launch.groups[1], 1);
}

void Recording::find_passed_on(const std::vector<gpu::Command>& commands) {
    const auto use = [&](const gpu::Slice& slice) {
        if (slice.buffer == nullptr) return;
        seen_by_host_ = seen_by_host_ || memory_of(slice).seen_by_host();
        if (!memory_of(slice).passed_on()) return;
        const VkBuffer buffer = memory_of(slice).buffer();
        if (std::find(passed_on_.begin(), passed_on_.end(), buffer) == passed_on_.end())
            passed_on_.push_back(buffer);
    };
    for (const gpu::Command& command : commands) {
        for (const gpu::Slice& slice : command.launch.parameters) use(slice);
        use(command.from);
        use(command.to);
    }
}

// Memory that several APIs use is owned by one at a time: ours from the beginning of a work to its
// end.
std::vector<VkBufferMemoryBarrier> Recording::from_others() const {
    std::vector<VkBufferMemoryBarrier> taken;
    for (const VkBuffer buffer : passed_on_) {
        VkBufferMemoryBarrier& owner = taken.emplace_back();
        owner.sType = VK_STRUCTURE_TYPE_BUFFER_MEMORY_BARRIER;
        owner.dstAccessMask = kAll;
        owner.srcQueueFamilyIndex = VK_QUEUE_FAMILY_EXTERNAL;
        owner.dstQueueFamilyIndex = context_.chosen.family;
        owner.buffer = buffer;
        owner.size = VK_WHOLE_SIZE;
    }
    return taken;
}

std::vector<VkBufferMemoryBarrier> Recording::to_others() const {
    std::vector<VkBufferMemoryBarrier> given = from_others();
    for (VkBufferMemoryBarrier& owner : given) {
        owner.srcAccessMask = kWrites;
        owner.dstAccessMask = 0;
        std::swap(owner.srcQueueFamilyIndex, owner.dstQueueFamilyIndex);
    }
    return given;
}

void Recording::barrier(VkPipelineStageFlags to, VkAccessFlags access,
                        const std::vector<VkBufferMemoryBarrier>& owners) {
    VkMemoryBarrier memory{};
    memory.sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER;
    memory.srcAccessMask = kWrites;
    memory.dstAccessMask = access;
    context_.vk.CmdPipelineBarrier(pool_.commands, kWorkStages, to, 0, 1, &memory,
                                   static_cast<std::uint32_t>(owners.size()), owners.data(), 0,
                                   nullptr);
}

}  // namespace weft::vulkan

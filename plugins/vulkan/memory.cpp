#include "memory.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>

namespace weft::vulkan {
namespace {

using gpu::Place;

// Up to here buffers share a block.
constexpr std::uint64_t kSmall = 64u << 10;
constexpr std::uint64_t kSharedBlock = 1u << 20;
// From here on pages are touched before the first kernel is: its first run would take twice as
// long.
constexpr std::uint64_t kWorthPrefaulting = 256u << 10;
// Staging memory beyond this leaves the window through which the host sees device memory alone.
constexpr std::uint64_t kLargeUpload = 1u << 20;

constexpr VkMemoryPropertyFlags kLocal = VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT;
constexpr VkMemoryPropertyFlags kVisible =
    VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
constexpr VkMemoryPropertyFlags kCached = VK_MEMORY_PROPERTY_HOST_CACHED_BIT;

std::uint64_t round_up(std::uint64_t value, std::uint64_t to) {
    return (value + to - 1) / to * to;
}

std::string mebibytes(std::uint64_t bytes) {
    return std::to_string((bytes + (1u << 20) - 1) >> 20) + " MiB";
}

// What a type of memory must have, and what is better than not, or not.
struct Taste {
    VkMemoryPropertyFlags must;
    VkMemoryPropertyFlags likes;
    VkMemoryPropertyFlags dislikes;
};

Taste taste_of(Place place, std::uint64_t size) {
    switch (place) {
        case Place::device:
        case Place::exported: return {0, kLocal, VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT};
        case Place::upload:
            return {kVisible, size <= kLargeUpload ? kLocal : 0u,
                    size <= kLargeUpload ? 0u : kLocal};
        case Place::host:
        case Place::readback: break;
    }
    return {kVisible, kCached, kLocal};
}

// The index of the best type among those of `allowed`.
std::uint32_t choose_type(const VkPhysicalDeviceMemoryProperties& memory, std::uint32_t allowed,
                          const Taste& taste) {
    std::uint32_t best = UINT32_MAX;
    int best_rank = 0;
    for (std::uint32_t i = 0; i < memory.memoryTypeCount; ++i) {
        const VkMemoryPropertyFlags flags = memory.memoryTypes[i].propertyFlags;
        if ((allowed & (1u << i)) == 0 || (flags & taste.must) != taste.must) continue;
        if ((flags & VK_MEMORY_PROPERTY_PROTECTED_BIT) != 0) continue;
        const int rank = 1 + 2 * ((flags & taste.likes) != 0) + ((flags & taste.dislikes) == 0);
        if (rank > best_rank) {
            best = i;
            best_rank = rank;
        }
    }
    return best;
}

// Which stay when the device's memory does not suffice.
float priority_of(Place place) {
    return place == Place::device || place == Place::exported ? 1.0f : 0.5f;
}

void prefault(char* data, std::uint64_t size) {
    if (::madvise(data, size, MADV_POPULATE_WRITE) == 0) return;
    for (std::uint64_t at = 0; at < size; at += 4096) static_cast<volatile char*>(data)[at] = 0;
}

}  // namespace

Block::Block(Context& context, const Wish& wish) : context_(context) {
    // Asked before the driver is: one of them falls over such a buffer instead of refusing it.
    const bool own = wish.place == Place::device || wish.place == Place::exported;
    if (own && wish.size > context.info.memory)
        throw cpp::Failure(WEFT_UNAVAILABLE, "a buffer larger than the device's memory");
    VkExternalMemoryBufferCreateInfo external{};
    external.sType = VK_STRUCTURE_TYPE_EXTERNAL_MEMORY_BUFFER_CREATE_INFO;
    external.handleTypes = wish.external;
    VkBufferCreateInfo create{};
    create.sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO;
    create.pNext = wish.external != 0 ? &external : nullptr;
    create.size = wish.size;
    create.usage = kBufferUsage;
    buffer_ = context.make<VkBuffer>(context.vk.CreateBuffer, context.vk.DestroyBuffer, create,
                                     "making a buffer");

    VkMemoryRequirements needs{};
    context.vk.GetBufferMemoryRequirements(context.device, buffer_.get(), &needs);
    std::uint32_t allowed = needs.memoryTypeBits;
    if (wish.import_host != nullptr) {
        VkMemoryHostPointerPropertiesEXT host{};
        host.sType = VK_STRUCTURE_TYPE_MEMORY_HOST_POINTER_PROPERTIES_EXT;
        context.check(context.vk.GetMemoryHostPointerPropertiesEXT(context.device, wish.external,
                                                                   wish.import_host, &host),
                      "importing host memory");
        allowed &= host.memoryTypeBits;
    }

    // In the order in which they are chained, as far as each is needed.
    void* chain = nullptr;
    VkMemoryAllocateFlagsInfo flags{};
    flags.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_FLAGS_INFO;
    flags.flags = VK_MEMORY_ALLOCATE_DEVICE_ADDRESS_BIT;
    chain = &flags;
    VkMemoryPriorityAllocateInfoEXT priority{};
    priority.sType = VK_STRUCTURE_TYPE_MEMORY_PRIORITY_ALLOCATE_INFO_EXT;
    priority.priority = priority_of(wish.place);
    if (context.has_priority) {
        priority.pNext = chain;
        chain = &priority;
    }
    VkMemoryDedicatedAllocateInfo dedicated{};
    dedicated.sType = VK_STRUCTURE_TYPE_MEMORY_DEDICATED_ALLOCATE_INFO;
    dedicated.buffer = buffer_.get();
    VkExportMemoryAllocateInfo exported{};
    exported.sType = VK_STRUCTURE_TYPE_EXPORT_MEMORY_ALLOCATE_INFO;
    exported.handleTypes = wish.external;
    VkImportMemoryFdInfoKHR from_fd{};
    from_fd.sType = VK_STRUCTURE_TYPE_IMPORT_MEMORY_FD_INFO_KHR;
    from_fd.handleType = wish.external;
    from_fd.fd = wish.import_fd != nullptr ? *wish.import_fd : -1;
    VkImportMemoryHostPointerInfoEXT from_host{};
    from_host.sType = VK_STRUCTURE_TYPE_IMPORT_MEMORY_HOST_POINTER_INFO_EXT;
    from_host.handleType = wish.external;
    from_host.pHostPointer = wish.import_host;
    if (wish.import_host != nullptr) {
        from_host.pNext = chain;
        chain = &from_host;
    } else if (wish.external != 0) {
        dedicated.pNext = chain;
        chain = &dedicated;
        if (wish.import_fd != nullptr) {
            from_fd.pNext = chain;
            chain = &from_fd;
        } else {
            exported.pNext = chain;
            chain = &exported;
        }
    }
    VkMemoryAllocateInfo allocate{};
    allocate.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO;
    allocate.pNext = chain;
    allocate.allocationSize = wish.import_host != nullptr ? wish.size : needs.size;
    allocate.memoryTypeIndex = choose_type(
        context.memory, allowed,
        wish.import_host != nullptr ? Taste{0, kCached, kLocal} : taste_of(wish.place, wish.size));
    const bool fits = allocate.allocationSize >= needs.size;
    if (allocate.memoryTypeIndex == UINT32_MAX || !fits)
        throw cpp::Failure(WEFT_UNSUPPORTED,
                           context.chosen.name + " has no type of memory that fits");
    memory_ = context.make<VkDeviceMemory>(context.vk.AllocateMemory, context.vk.FreeMemory,
                                           allocate, "allocating memory");
    if (wish.import_fd != nullptr) *wish.import_fd = -1;
    own_ = wish.import_host == nullptr && wish.import_fd == nullptr;
    const std::uint32_t heap = context.memory.memoryTypes[allocate.memoryTypeIndex].heapIndex;
    const bool local =
        (context.memory.memoryHeaps[heap].flags & VK_MEMORY_HEAP_DEVICE_LOCAL_BIT) != 0;
    if (own_ && local) taken_ = allocate.allocationSize;
    context.used += taken_;
    context.check(context.vk.BindBufferMemory(context.device, buffer_.get(), memory_.get(), 0),
                  "binding memory");
    VkBufferDeviceAddressInfo which{};
    which.sType = VK_STRUCTURE_TYPE_BUFFER_DEVICE_ADDRESS_INFO;
    which.buffer = buffer_.get();
    address_ = context.vk.GetBufferDeviceAddress(context.device, &which);
    const VkMemoryPropertyFlags got =
        context.memory.memoryTypes[allocate.memoryTypeIndex].propertyFlags;
    const bool wanted =
        context.info.unified || (wish.place != Place::device && wish.place != Place::exported);
    if (wish.import_host == nullptr && wanted && (got & kVisible) == kVisible) map(wish.size);
}

Block::~Block() {
    context_.used -= taken_;
}

void Block::map(std::uint64_t size) {
    void* data = nullptr;
    context_.check(
        context_.vk.MapMemory(context_.device, memory_.get(), 0, VK_WHOLE_SIZE, 0, &data),
        "mapping memory");
    host_ = static_cast<char*>(data);
    if (context_.info.unified && own_ && size >= kWorthPrefaulting) prefault(host_, size);
}

void Block::set_priority(float priority) {
    if (own_ && context_.vk.SetDeviceMemoryPriorityEXT != nullptr)
        context_.vk.SetDeviceMemoryPriorityEXT(context_.device, memory_.get(), priority);
}

Memory::Memory(Heap* heap, std::shared_ptr<Block> block, std::uint64_t at, std::uint64_t bytes)
    : heap_(heap), block_(std::move(block)), start_(at), bytes_(bytes) {
    if (block_->host() != nullptr) host = block_->host() + at;
}

Memory::~Memory() {
    if (fd >= 0) ::close(fd);
    if (heap_ != nullptr) heap_->give_back(*this);
}

void Memory::set_priority(float priority) {
    if (heap_ == nullptr) block_->set_priority(priority);
}

std::shared_ptr<Block> Heap::make(const Block::Wish& wish) {
    try {
        return std::make_shared<Block>(context_, wish);
    } catch (const cpp::Failure& failure) {
        if (failure.code() != WEFT_UNAVAILABLE) throw;
        const gpu::Device::Budget now = budget();
        throw cpp::Failure(WEFT_UNAVAILABLE, context_.chosen.name + " has no room for " +
                                                 mebibytes(wish.size) + ": " + mebibytes(now.used) +
                                                 " of " + mebibytes(now.limit) + " are in use");
    }
}

std::unique_ptr<Memory> Heap::share(std::uint64_t bytes, Place place) {
    const std::lock_guard lock(mutex_);
    auto& blocks = shared_[static_cast<std::size_t>(place)];
    for (const std::shared_ptr<Block>& block : blocks) {
        for (auto hole = block->holes.begin(); hole != block->holes.end(); ++hole) {
            const auto [at, free] = *hole;
            if (free < bytes) continue;
            block->holes.erase(hole);
            if (free > bytes) block->holes.emplace(at + bytes, free - bytes);
            return std::make_unique<Memory>(this, block, at, bytes);
        }
    }
    const std::shared_ptr<Block> block = make({.size = kSharedBlock, .place = place});
    if (bytes < kSharedBlock) block->holes.emplace(bytes, kSharedBlock - bytes);
    blocks.push_back(block);
    return std::make_unique<Memory>(this, block, 0, bytes);
}

void Heap::give_back(const Memory& memory) {
    const std::lock_guard lock(mutex_);
    auto& holes = memory.block_->holes;
    auto next = holes.upper_bound(memory.start_);
    std::uint64_t at = memory.start_;
    std::uint64_t bytes = memory.bytes_;
    if (next != holes.end() && at + bytes == next->first) {
        bytes += next->second;
        next = holes.erase(next);
    }
    if (next != holes.begin()) {
        const auto before = std::prev(next);
        if (before->first + before->second == at) {
            at = before->first;
            bytes += before->second;
            holes.erase(before);
        }
    }
    holes.emplace(at, bytes);
    if (bytes < kSharedBlock) return;
    // Empty: one such block is kept for the next buffer.
    for (auto& blocks : shared_) {
        const auto self = std::find(blocks.begin(), blocks.end(), memory.block_);
        if (self != blocks.end() && blocks.size() > 1) blocks.erase(self);
    }
}

std::unique_ptr<Memory> Heap::allocate(std::uint64_t size, Place place) {
    const std::uint64_t bytes = round_up(std::max<std::uint64_t>(size, 1), gpu::kSliceAlignment);
    std::unique_ptr<Memory> made;
    if (place == Place::exported) {
        if (!context_.info.exports_fd)
            throw cpp::Failure(WEFT_UNSUPPORTED, context_.chosen.name + " does not export memory");
        made = std::make_unique<Memory>(
            nullptr,
            make({.size = bytes,
                  .place = place,
                  .external = VK_EXTERNAL_MEMORY_HANDLE_TYPE_OPAQUE_FD_BIT}),
            0, bytes);
        VkMemoryGetFdInfoKHR get{};
        get.sType = VK_STRUCTURE_TYPE_MEMORY_GET_FD_INFO_KHR;
        get.memory = made->block_->memory();
        get.handleType = VK_EXTERNAL_MEMORY_HANDLE_TYPE_OPAQUE_FD_BIT;
        context_.check(context_.vk.GetMemoryFdKHR(context_.device, &get, &made->fd),
                       "exporting memory");
        made->passed_on_ = true;
    } else if (bytes <= kSmall) {
        made = share(bytes, place);
    } else {
        made = std::make_unique<Memory>(nullptr, make({.size = bytes, .place = place}), 0, bytes);
    }
    made->seen_by_host_ = context_.info.unified || place == Place::host || place == Place::readback;
    made->size = size;
    return made;
}

std::unique_ptr<Memory> Heap::import_host(void* data, std::uint64_t size) {
    const std::uint64_t alignment = context_.info.import_alignment;
    if (alignment == 0)
        throw cpp::Failure(WEFT_UNSUPPORTED,
                           context_.chosen.name +
                               " does not use host memory in place (VK_EXT_external_memory_host)");
    // Software drivers take what is not aligned without a word.
    if (reinterpret_cast<std::uintptr_t>(data) % alignment != 0 || size % alignment != 0 ||
        size == 0)
        throw cpp::Failure(WEFT_INVALID,
                           "host memory to be used in place must begin and end at "
                           "multiples of " +
                               std::to_string(alignment) + " bytes");
    auto made = std::make_unique<Memory>(
        nullptr,
        make({.size = size,
              .place = Place::host,
              .external = VK_EXTERNAL_MEMORY_HANDLE_TYPE_HOST_ALLOCATION_BIT_EXT,
              .import_host = data}),
        0, size);
    made->size = size;
    made->host = static_cast<char*>(data);
    return made;
}

std::unique_ptr<Memory> Heap::import_fd(int fd, std::uint64_t size) {
    if (!context_.info.imports_fd)
        throw cpp::Failure(WEFT_UNSUPPORTED, context_.chosen.name + " does not import memory");
    // A successful import takes the descriptor, a failed one leaves it.
    int own = ::fcntl(fd, F_DUPFD_CLOEXEC, 0);
    if (own < 0)
        throw cpp::Failure(WEFT_INVALID, "the descriptor of memory to be imported is not open");
    const std::uint64_t bytes = round_up(size, gpu::kSliceAlignment);
    std::shared_ptr<Block> block;
    try {
        block = make({.size = bytes,
                      .place = Place::exported,
                      .external = VK_EXTERNAL_MEMORY_HANDLE_TYPE_OPAQUE_FD_BIT,
                      .import_fd = &own});
    } catch (...) {
        if (own >= 0) ::close(own);
        throw;
    }
    auto made = std::make_unique<Memory>(nullptr, std::move(block), 0, bytes);
    made->size = size;
    made->passed_on_ = true;
    return made;
}

gpu::Device::Budget Heap::budget() const {
    if (!context_.has_budget) return {context_.used, context_.info.memory};
    VkPhysicalDeviceMemoryBudgetPropertiesEXT budget{};
    budget.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_BUDGET_PROPERTIES_EXT;
    VkPhysicalDeviceMemoryProperties2 memory{};
    memory.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_PROPERTIES_2;
    memory.pNext = &budget;
    context_.instance.vk.GetPhysicalDeviceMemoryProperties2(context_.chosen.device, &memory);
    gpu::Device::Budget now;
    for (std::uint32_t i = 0; i < context_.memory.memoryHeapCount; ++i) {
        const bool local =
            (context_.memory.memoryHeaps[i].flags & VK_MEMORY_HEAP_DEVICE_LOCAL_BIT) != 0;
        if (local && budget.heapBudget[i] > now.limit)
            now = {budget.heapUsage[i], budget.heapBudget[i]};
    }
    return now;
}

}  // namespace weft::vulkan

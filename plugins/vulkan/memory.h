// Memory of a Vulkan device. Small buffers share blocks, since a driver may allow as few as 4096
// allocations; what is shared with others stands alone.
#pragma once

#include <array>
#include <map>

#include "context.h"

namespace weft::vulkan {

// One allocation of the driver with one buffer over all of it.
class Block {
public:
    struct Wish {
        std::uint64_t size = 0;
        gpu::Place place = gpu::Place::device;
        VkExternalMemoryHandleTypeFlagBits external{};  // 0: neither exported nor imported
        void* import_host = nullptr;
        int* import_fd = nullptr;  // becomes the driver's, and then -1 here
    };
    Block(Context& context, const Wish& wish);
    Block(const Block&) = delete;
    Block& operator=(const Block&) = delete;
    ~Block();

    [[nodiscard]] VkBuffer buffer() const { return buffer_.get(); }
    [[nodiscard]] VkDeviceMemory memory() const { return memory_.get(); }
    [[nodiscard]] VkDeviceAddress address() const { return address_; }
    [[nodiscard]] char* host() const { return host_; }
    // Where the driver pages memory out: the others go first.
    void set_priority(float priority);

    // Ranges of a block that several buffers share. Guarded by the heap.
    std::map<std::uint64_t, std::uint64_t> holes;  // offset -> bytes

private:
    void map(std::uint64_t size);

    Context& context_;
    std::uint64_t taken_ = 0;  // bytes on the account of the device's memory
    bool own_ = false;         // not imported
    Owned<VkDeviceMemory> memory_;
    Owned<VkBuffer> buffer_;
    VkDeviceAddress address_ = 0;
    char* host_ = nullptr;
};

class Heap;

class Memory final : public gpu::Buffer {
public:
    Memory(Heap* heap, std::shared_ptr<Block> block, std::uint64_t at, std::uint64_t bytes);
    ~Memory() override;

    void set_priority(float priority) override;
    [[nodiscard]] VkBuffer buffer() const { return block_->buffer(); }
    [[nodiscard]] std::uint64_t start() const { return start_; }  // within buffer()
    [[nodiscard]] VkDeviceAddress address() const { return block_->address() + start_; }
    // The host reads what work writes.
    [[nodiscard]] bool seen_by_host() const { return seen_by_host_; }
    // Other APIs use it too, by a file descriptor.
    [[nodiscard]] bool passed_on() const { return passed_on_; }

private:
    friend class Heap;
    Heap* heap_;  // whose block it shares; null: it has one alone
    std::shared_ptr<Block> block_;
    std::uint64_t start_;
    std::uint64_t bytes_;  // of the range
    bool seen_by_host_ = true;
    bool passed_on_ = false;
};

// Thread safe.
class Heap {
public:
    explicit Heap(Context& context) : context_(context) {}

    [[nodiscard]] std::unique_ptr<Memory> allocate(std::uint64_t size, gpu::Place place);
    [[nodiscard]] std::unique_ptr<Memory> import_host(void* data, std::uint64_t size);
    [[nodiscard]] std::unique_ptr<Memory> import_fd(int fd, std::uint64_t size);
    [[nodiscard]] gpu::Device::Budget budget() const;

private:
    friend class Memory;
    [[nodiscard]] std::shared_ptr<Block> make(const Block::Wish& wish);
    [[nodiscard]] std::unique_ptr<Memory> share(std::uint64_t bytes, gpu::Place place);
    void give_back(const Memory& memory);

    Context& context_;
    std::mutex mutex_;
    std::array<std::vector<std::shared_ptr<Block>>, 5> shared_;  // by Place
};

}  // namespace weft::vulkan

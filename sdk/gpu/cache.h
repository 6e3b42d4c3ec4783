// The memory of one CACHE output: laid out as a ring of ticks, living where the host asked for.
#pragma once

#include <memory>
#include <string>

#include <weft/batch.h>

#include "gpu/device.h"

namespace weft::gpu {

// What the batch does with a cache, beyond what its output says.
struct CacheUse {
    bool recursive = false;   // the kernel that stores it reads it: a filter's memory
    bool read_here = false;   // some kernel of the batch reads it
    std::uint64_t block = 0;  // the most samples that one frame captures
};

class Cache {
public:
    // `lent`: memory of another back end to live in, or null.
    Cache(cpp::Host host, Device& device, const weft_output& output, const CacheUse& use,
          const weft_handle* lent);
    ~Cache();
    Cache(const Cache&) = delete;
    Cache& operator=(const Cache&) = delete;

    [[nodiscard]] const weft_grid& grid() const { return grid_; }
    [[nodiscard]] std::uint32_t tick() const { return tick_; }
    [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
    [[nodiscard]] std::uint64_t slot_bytes() const { return slot_bytes_; }
    [[nodiscard]] std::uint64_t capacity() const { return capacity_; }
    // Where kernels read and write it.
    [[nodiscard]] Buffer& home() const { return *home_; }
    // A copy in host memory that follows every execute; null where none is needed.
    [[nodiscard]] Buffer* mirror() const { return mirror_.get(); }
    // What the host reads: home or mirror; null where only the device does.
    [[nodiscard]] const char* host_data() const;
    // The pool's memory is zero already.
    [[nodiscard]] bool needs_zeros() const { return !from_pool_; }

    // Tick `tick` is in memory.
    void captured(std::int64_t tick);
    // `kind` 0: where it lives. Throws WEFT_UNSUPPORTED.
    [[nodiscard]] weft_handle handle(std::uint32_t kind) const;

private:
    void lay_out(const weft_output& output, const CacheUse& use);
    void find_home(cpp::Host host, const weft_output& output, const CacheUse& use,
                   const weft_handle* lent);
    [[nodiscard]] std::shared_ptr<Buffer> move_in(const weft_handle& lent) const;
    [[nodiscard]] std::shared_ptr<Buffer> import_pool(cpp::Host host, const std::string& what);

    Device& device_;
    std::string name_;
    weft_grid grid_{};
    std::uint32_t tick_ = WEFT_TICK_FRAME;
    std::uint64_t capacity_ = 1;
    std::uint64_t slot_bytes_ = 0;
    std::uint64_t bytes_ = 0;
    std::uint32_t kinds_ = 0;  // bit 1 << WEFT_HANDLE_* that handle() can answer
    bool from_pool_ = false;
    int pool_fd_ = -1;  // the memfd of the pool's memory, borrowed
    int lent_fd_ = -1;  // of the memory it lives in, where that is lent; borrowed
    std::shared_ptr<Buffer> home_;
    std::shared_ptr<Buffer> mirror_;
    weft_view host_view_{};
    weft_view device_view_{};
};

}  // namespace weft::gpu

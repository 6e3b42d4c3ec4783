// The memory of one CACHE output: laid out as a ring of ticks, living where the host asked for.
#pragma once

#include <atomic>
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

// How a cache lies in memory.
struct CacheLayout {
    weft_grid grid{};
    std::uint32_t tick = WEFT_TICK_FRAME;
    std::uint64_t capacity = 1;  // ticks
    std::uint64_t slot_bytes = 0;
    std::uint64_t bytes = 0;
    Rank rank = Rank::frame;
};
// Throws WEFT_UNAVAILABLE where no memory of the device is large enough.
[[nodiscard]] CacheLayout lay_out(const Device& device, const weft_output& output,
                                  const CacheUse& use);

// Shared by programs that take each other's place.
class Cache final : public Movable {
public:
    // `lent`: memory of another back end to live in, or null.
    Cache(cpp::Host host, Device& device, const weft_output& output, const CacheUse& use,
          const CacheLayout& layout, const weft_handle* lent);
    ~Cache() override;

    [[nodiscard]] const weft_grid& grid() const { return layout_.grid; }
    [[nodiscard]] std::uint32_t tick() const { return layout_.tick; }
    [[nodiscard]] std::uint64_t bytes() const override { return layout_.bytes; }
    [[nodiscard]] std::uint64_t slot_bytes() const { return layout_.slot_bytes; }
    // Where kernels read and write it.
    [[nodiscard]] Buffer& home() const override { return *home_; }
    [[nodiscard]] Rank rank() const override { return layout_.rank; }
    [[nodiscard]] bool spilled() const override { return spilled_; }
    void move(bool to_host) override;
    // From here on nobody moves it.
    void stay();
    // A copy in host memory that follows every execute; null where none is needed.
    [[nodiscard]] Buffer* mirror() const { return mirror_.get(); }
    // What the host reads: home or mirror; null where only the device does.
    [[nodiscard]] const char* host_data() const;
    // The pool's memory is zero already.
    [[nodiscard]] bool needs_zeros() const { return !from_pool_; }

    // Tick `tick` is in memory.
    void captured(std::int64_t tick);
    // `kind` 0: where it lives; `grid`: as its readers see it. Throws WEFT_UNSUPPORTED.
    [[nodiscard]] weft_handle handle(std::uint32_t kind, const weft_grid& grid) const;
    // Whether it is reachable as `output` of another program wants it.
    [[nodiscard]] bool serves(const weft_output& output) const;

private:
    void find_home(const weft_output& output, const CacheUse& use, const weft_handle* lent);
    void live_on_device();
    void tell_spilled() const;
    [[nodiscard]] std::shared_ptr<Buffer> move_in(const weft_handle& lent) const;
    // Memory of the host's pool; null where the device does not take it. It lives as long as the
    // result, its memfd is left in `fd`.
    [[nodiscard]] std::shared_ptr<Buffer> import_pool(std::uint32_t flags, int& fd);
    // Host memory for what has no room on the device.
    [[nodiscard]] std::shared_ptr<Buffer> beside();
    void offer();
    [[nodiscard]] std::string what() const;  // for messages
    [[nodiscard]] std::uint32_t kinds_of(const weft_output& output) const;

    cpp::Host host_;
    Device& device_;
    std::string name_;
    std::atomic<bool> spilled_{false};
    bool movable_ = false;
    bool in_host_ = false;  // home_ is what the host reads
    CacheLayout layout_;
    std::uint32_t kinds_ = 0;  // bit 1 << WEFT_HANDLE_* that handle() can answer
    bool from_pool_ = false;
    int pool_fd_ = -1;  // the memfd of the pool's memory that the host reads, borrowed
    int lent_fd_ = -1;  // of the memory it lives in, where that is lent; borrowed
    std::shared_ptr<Buffer> home_;
    std::shared_ptr<Buffer> mirror_;
    weft_view host_view_{};
    weft_view device_view_{};
};

}  // namespace weft::gpu

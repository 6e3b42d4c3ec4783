// Sound of the past in shared memory: what a microphone heard. One writer, the audio thread; any
// number of readers that use it in place, shaders among them, while the writer goes on.
//
// A reader knows up to which sample everything is written (newest(), or what the clock promises),
// and asks for that sample and `samples() - 1` before it. The writer is by then ahead; `slack()`
// slots more than are kept stand between what it writes and the oldest that a reader may ask for.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include <weft/grid.h>

#include "base/result.h"
#include "runtime/memory_pool.h"

namespace weft::runtime {

class Ring {
public:
    // Page aligned, behind a memfd, zeroed, every page there. `pool` outlives the ring.
    [[nodiscard]] static Result<std::unique_ptr<Ring>> make(MemoryPool& pool,
                                                            std::uint32_t channels,
                                                            std::uint64_t samples,
                                                            std::uint64_t slack);
    ~Ring();
    Ring(const Ring&) = delete;
    Ring& operator=(const Ring&) = delete;

    // Samples [first, first + count) of every channel; `data` has `given` channels, null ones and
    // those that are missing are silent, those that are too many are dropped. A gap behind the
    // newest sample is filled with silence. What is not finite is written as 0. Wait-free, no
    // system call, no allocation. [audio-thread]
    void write(std::int64_t first, const float* const* data, std::uint32_t given,
               std::uint64_t count) noexcept;

    // The newest sample written, -1 before anything was: what is older can be read. [any-thread]
    [[nodiscard]] std::int64_t newest() const { return newest_.load(std::memory_order_acquire); }

    [[nodiscard]] std::uint32_t channels() const { return channels_; }
    [[nodiscard]] std::uint64_t samples() const { return samples_; }
    [[nodiscard]] std::uint64_t slack() const { return slack_; }
    // WEFT_HANDLE_HOST: one RING axis that ticks in samples, F32; view->data is the channel's
    // plane. Valid as long as the ring.
    [[nodiscard]] const weft_handle& handle(std::uint32_t channel) const {
        return handles_[channel];
    }

private:
    Ring(MemoryPool& pool, const Buffer& memory, std::uint32_t channels, std::uint64_t samples,
         std::uint64_t slack);
    void put(std::uint32_t channel, std::int64_t first, const float* data,
             std::uint64_t count) noexcept;
    void tell(std::int64_t written) noexcept;

    MemoryPool& pool_;
    Buffer memory_;
    std::uint32_t channels_;
    std::uint64_t samples_;
    std::uint64_t slack_;
    std::uint64_t capacity_;
    std::uint64_t plane_bytes_;
    std::vector<weft_view> views_;  // by channel; their addresses stay
    std::vector<weft_handle> handles_;
    std::atomic<std::int64_t> newest_{-1};
};

// What `mic(device)` of a program hears. Rings are shared with the program that replaces it, which
// therefore goes on hearing what was.
struct SoundInput {
    std::uint32_t device = 0;  // as written, from 1; 0: the first
    std::shared_ptr<Ring> ring;
};

// What devices heard goes where a program hears it: `width` channels of each of them, one device's
// behind the other's. Whose device is not among them hears silence. [audio-thread]
void hear(const std::vector<SoundInput>& inputs, const float* const* data, std::uint32_t width,
          std::size_t devices, std::int64_t first, std::uint64_t count) noexcept;

}  // namespace weft::runtime

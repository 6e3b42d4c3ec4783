// Host memory that every back end can share: page-aligned, backed by a memfd where another API or
// process must import it. Pools are size-bucketed; a request takes any free buffer that fits (its
// own bucket first, then larger ones) and a buffer that does not fit is never dropped.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

#include "base/result.h"

namespace weft::runtime {

struct Buffer {
    void* data = nullptr;
    std::size_t size = 0;      // asked for
    std::size_t capacity = 0;  // whole pages that exist
    int fd = -1;               // memfd, -1 if private
};

struct MemoryStats {
    std::uint64_t allocations = 0;   // buffers ever made
    std::uint64_t reuses = 0;        // requests served from the pool
    std::uint64_t live_bytes = 0;    // handed out now
    std::uint64_t pooled_bytes = 0;  // free, kept
    std::uint64_t peak_bytes = 0;    // most that ever existed, live and pooled
};

// Thread safe.
class MemoryPool {
public:
    // `budget` bounds live and pooled bytes together; pooled buffers are given back to the system
    // before a request is refused.
    explicit MemoryPool(std::size_t budget);
    ~MemoryPool();
    MemoryPool(const MemoryPool&) = delete;
    MemoryPool& operator=(const MemoryPool&) = delete;

    // The error says the size asked for, what is in use, and the budget.
    [[nodiscard]] Result<Buffer> allocate(std::size_t size, bool shared, bool zeroed);
    void free(const Buffer& buffer);
    // Gives all pooled buffers back to the system.
    void trim();
    [[nodiscard]] MemoryStats stats() const;
    // Free buffers, for tests and `weft doctor`.
    [[nodiscard]] std::size_t pooled_count() const;

private:
    static constexpr std::size_t kBuckets = 48;
    [[nodiscard]] static std::size_t bucket_of(std::size_t capacity);
    void trim_locked();

    mutable std::mutex mutex_;
    std::array<std::vector<Buffer>, kBuckets> free_;
    MemoryStats stats_;
    std::size_t budget_;
};

}  // namespace weft::runtime

// Records as bytes from one thread to another, wait-free: a record is there whole or not at all.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace weft::runtime {

class ByteRing {
public:
    explicit ByteRing(std::size_t capacity) : bytes_(capacity) {}

    // [writer] Bytes are put one behind the other and seen with commit(). put() is false where
    // there is no room: then drop() forgets what was put since the last commit().
    bool put(const void* data, std::size_t size) noexcept {
        if (size > bytes_.size() - (next_ - head_.load(std::memory_order_acquire))) return false;
        const std::size_t at = next_ % bytes_.size();
        const std::size_t before_end = std::min(size, bytes_.size() - at);
        std::memcpy(bytes_.data() + at, data, before_end);
        std::memcpy(bytes_.data(), static_cast<const std::uint8_t*>(data) + before_end,
                    size - before_end);
        next_ += size;
        return true;
    }
    void commit() noexcept { tail_.store(next_, std::memory_order_release); }
    void drop() noexcept { next_ = tail_.load(std::memory_order_relaxed); }

    // [reader] Appends whatever is there.
    void take(std::string& into) {
        const std::uint64_t head = head_.load(std::memory_order_relaxed);
        const std::uint64_t tail = tail_.load(std::memory_order_acquire);
        const auto size = static_cast<std::size_t>(tail - head);
        const std::size_t at = head % bytes_.size();
        const std::size_t before_end = std::min(size, bytes_.size() - at);
        into.append(reinterpret_cast<const char*>(bytes_.data()) + at, before_end);
        into.append(reinterpret_cast<const char*>(bytes_.data()), size - before_end);
        head_.store(tail, std::memory_order_release);
    }

private:
    std::vector<std::uint8_t> bytes_;
    std::uint64_t next_ = 0;  // the writer's, not yet shown
    alignas(64) std::atomic<std::uint64_t> tail_{0};
    alignas(64) std::atomic<std::uint64_t> head_{0};
};

}  // namespace weft::runtime

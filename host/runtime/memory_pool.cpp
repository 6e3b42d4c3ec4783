#include "runtime/memory_pool.h"

#include <cerrno>
#include <cstring>
#include <string>

#include <sys/mman.h>
#include <unistd.h>

namespace weft::runtime {
namespace {

constexpr std::size_t kPage = 4096;
// Above this size pages are touched at once: the first frame would pay for them twice over. So are
// those of caches, which ask for zeros: the audio thread shall meet none that is not there.
constexpr std::size_t kPrefault = 1u << 20;

std::size_t round_to_bucket(std::size_t size) {
    std::size_t capacity = kPage;
    while (capacity < size) {
        capacity *= 2;
    }
    // Powers of two waste up to half of a big picture; from 1 MiB on, quarter steps waste a fifth.
    if (capacity > kPrefault) {
        const std::size_t quarter = capacity / 8;
        const std::size_t lower = capacity / 2;
        capacity = lower + (size - lower + quarter - 1) / quarter * quarter;
    }
    return capacity;
}

std::string megabytes(std::uint64_t bytes) {
    const std::uint64_t tenths = (bytes * 10 + (1u << 19)) >> 20;
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " MiB";
}

void unmap(const Buffer& buffer) {
    munmap(buffer.data, buffer.capacity);
    if (buffer.fd >= 0) {
        close(buffer.fd);
    }
}

}  // namespace

MemoryPool::MemoryPool(std::size_t budget) : budget_(budget) {}

MemoryPool::~MemoryPool() {
    trim();
}

std::size_t MemoryPool::bucket_of(std::size_t capacity) {
    std::size_t bucket = 0;
    while ((kPage << (bucket + 1)) <= capacity && bucket + 1 < kBuckets) {
        ++bucket;
    }
    return bucket;
}

Result<Buffer> MemoryPool::allocate(std::size_t size, bool shared, bool zeroed) {
    if (size > (std::size_t{1} << 46)) {
        return Error{WEFT_INVALID, "a buffer of " + megabytes(size) + " cannot exist"};
    }
    const std::size_t wanted = round_to_bucket(size == 0 ? 1 : size);
    Buffer buffer;
    {
        const std::lock_guard lock(mutex_);
        for (std::size_t b = bucket_of(wanted); b < kBuckets && buffer.data == nullptr; ++b) {
            auto& list = free_[b];
            for (std::size_t i = list.size(); i-- > 0;) {
                if (list[i].capacity >= size && (list[i].fd >= 0) == shared) {
                    buffer = list[i];
                    list[i] = list.back();
                    list.pop_back();
                    break;
                }
            }
        }
        if (buffer.data != nullptr) {
            ++stats_.reuses;
            stats_.pooled_bytes -= buffer.capacity;
            stats_.live_bytes += buffer.capacity;
        } else {
            if (stats_.live_bytes + stats_.pooled_bytes + wanted > budget_) {
                trim_locked();
            }
            if (stats_.live_bytes + wanted > budget_) {
                return Error{WEFT_UNAVAILABLE,
                             "a buffer of " + megabytes(size) +
                                 " does not fit: " + megabytes(stats_.live_bytes) +
                                 " of the budget of " + megabytes(budget_) + " are in use"};
            }
            stats_.live_bytes += wanted;  // reserved before the lock is let go
        }
    }
    if (buffer.data != nullptr) {
        buffer.size = size;
        if (zeroed) {
            std::memset(buffer.data, 0, size);
        }
        return buffer;
    }

    buffer.size = size;
    buffer.capacity = wanted;
    int flags = shared ? MAP_SHARED : MAP_PRIVATE | MAP_ANONYMOUS;
    if (zeroed || wanted >= kPrefault) {
        flags |= MAP_POPULATE;
    }
    int error = 0;
    if (shared) {
        buffer.fd = memfd_create("weft", MFD_CLOEXEC);
        if (buffer.fd < 0 || ftruncate(buffer.fd, static_cast<off_t>(wanted)) != 0) {
            error = errno;
        }
    }
    if (error == 0) {
        buffer.data = mmap(nullptr, wanted, PROT_READ | PROT_WRITE, flags, buffer.fd, 0);
        if (buffer.data == MAP_FAILED) {
            error = errno;
        }
    }
    const std::lock_guard lock(mutex_);
    if (error != 0) {
        if (buffer.fd >= 0) {
            close(buffer.fd);
        }
        stats_.live_bytes -= wanted;
        return Error{WEFT_UNAVAILABLE, "the system refused a buffer of " + megabytes(size) + ": " +
                                           std::strerror(error)};
    }
    ++stats_.allocations;
    const std::uint64_t total = stats_.live_bytes + stats_.pooled_bytes;
    stats_.peak_bytes = stats_.peak_bytes < total ? total : stats_.peak_bytes;
    return buffer;
}

void MemoryPool::free(const Buffer& buffer) {
    if (buffer.data == nullptr) {
        return;
    }
    const std::lock_guard lock(mutex_);
    stats_.live_bytes -= buffer.capacity;
    stats_.pooled_bytes += buffer.capacity;
    free_[bucket_of(buffer.capacity)].push_back(buffer);
}

void MemoryPool::trim() {
    const std::lock_guard lock(mutex_);
    trim_locked();
}

void MemoryPool::trim_locked() {
    for (auto& list : free_) {
        for (const Buffer& buffer : list) {
            unmap(buffer);
        }
        list.clear();
    }
    stats_.pooled_bytes = 0;
}

MemoryStats MemoryPool::stats() const {
    const std::lock_guard lock(mutex_);
    return stats_;
}

std::size_t MemoryPool::pooled_count() const {
    const std::lock_guard lock(mutex_);
    std::size_t count = 0;
    for (const auto& list : free_) {
        count += list.size();
    }
    return count;
}

}  // namespace weft::runtime

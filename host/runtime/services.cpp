#include "runtime/services.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include <sys/mman.h>

namespace weft::runtime {
namespace {

constexpr std::uint64_t kPage = 4096;

// A sound device's thread must not be the first to touch a page, nor meet one that was written out.
void make_present(const Buffer& buffer) {
    auto* const data = static_cast<volatile char*>(buffer.data);
    for (std::uint64_t at = 0; at < buffer.size; at += kPage) {
        data[at] = data[at];
    }
    // Not every process may; then pages stay as long as there is memory for them.
    (void)mlock(buffer.data, buffer.size);
}

}  // namespace

void GroupServices::log(std::uint32_t level, std::string_view plugin, std::string_view text) {
    if (log_) {
        log_(level, plugin, text);
    }
}

Result<weft_memory> GroupServices::allocate(std::uint64_t size, std::uint32_t flags) {
    Result<Buffer> buffer =
        pool_.allocate(size, (flags & WEFT_MEMORY_SHARED) != 0, (flags & WEFT_MEMORY_ZEROED) != 0);
    if (!buffer) {
        return std::move(buffer).error();
    }
    if (group_.on_caller()) {
        make_present(*buffer);
    }
    counters_.allocations.fetch_add(1, std::memory_order_relaxed);
    weft_memory memory{};
    memory.data = buffer->data;
    memory.size = size;
    memory.fd = buffer->fd;
    memory.owner = this;
    const std::lock_guard lock(mutex_);
    buffers_.emplace(buffer->data, *buffer);
    return memory;
}

void GroupServices::free(const weft_memory& memory) {
    if (memory.data == nullptr) {
        return;
    }
    Buffer buffer;
    {
        const std::lock_guard lock(mutex_);
        const auto found = buffers_.find(memory.data);
        if (found == buffers_.end()) {
            return;  // not ours: a plugin's mistake must not free somebody else's memory
        }
        buffer = found->second;
        buffers_.erase(found);
    }
    counters_.frees.fetch_add(1, std::memory_order_relaxed);
    if (group_.on_caller()) {
        (void)munlock(buffer.data, buffer.size);
    }
    pool_.free(buffer);
}

void GroupServices::parallel(std::uint64_t count, void (*task)(void*, std::uint64_t), void* user) {
    group_.parallel(count, task, user);
}

std::uint32_t GroupServices::concurrency() {
    return group_.thread_count();
}

std::string GroupServices::cache_directory(std::string_view plugin) {
    if (cache_root_.empty()) {
        return {};
    }
    const std::filesystem::path path = std::filesystem::path(cache_root_) / plugin;
    std::error_code error;
    std::filesystem::create_directories(path, error);
    return error ? std::string() : path.string();
}

std::uint64_t GroupServices::device_memory(std::uint64_t available) {
    const auto share = static_cast<std::uint64_t>(static_cast<double>(available) *
                                                  std::clamp(device_share_.share, 0.0, 1.0));
    return device_share_.bytes != 0 ? std::min(device_share_.bytes, available) : share;
}

std::string default_cache_directory() {
    if (const char* chosen = std::getenv("WEFT_CACHE_DIR")) {
        return chosen;
    }
    if (const char* xdg = std::getenv("XDG_CACHE_HOME"); xdg != nullptr && *xdg != '\0') {
        return std::string(xdg) + "/weft";
    }
    if (const char* home = std::getenv("HOME"); home != nullptr && *home != '\0') {
        return std::string(home) + "/.cache/weft";
    }
    return {};
}

}  // namespace weft::runtime

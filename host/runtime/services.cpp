#include "runtime/services.h"

#include <cstdlib>
#include <filesystem>

namespace weft::runtime {

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

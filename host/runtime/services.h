// What back ends get from the runtime: memory of its pools, the threads of one resource group, the
// log, a cache directory. One object per back end, because each works on its own group.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <unordered_map>

#include "plugin/host_services.h"
#include "runtime/memory_pool.h"
#include "runtime/resource_group.h"

namespace weft::runtime {

// Where log lines go. Thread safe.
using LogSink = std::function<void(std::uint32_t level, std::string_view who, std::string_view)>;

// Counts what back ends ask of the host, so that tests can prove that frames ask nothing.
struct HostCounters {
    std::atomic<std::uint64_t> allocations{0};
    std::atomic<std::uint64_t> frees{0};
};

// How much of a device's own memory a back end may hold: bytes, or a share where there are none.
struct DeviceShare {
    std::uint64_t bytes = 0;
    double share = 1;
};

class GroupServices final : public plugin::HostServices {
public:
    // All arguments outlive the object. `cache_root` "" turns caching off.
    GroupServices(MemoryPool& pool, ResourceGroup& group, HostCounters& counters,
                  std::string cache_root, LogSink log, DeviceShare device_share = {})
        : pool_(pool),
          group_(group),
          counters_(counters),
          cache_root_(std::move(cache_root)),
          log_(std::move(log)),
          device_share_(device_share) {}

    void log(std::uint32_t level, std::string_view plugin, std::string_view text) override;
    [[nodiscard]] Result<weft_memory> allocate(std::uint64_t size, std::uint32_t flags) override;
    void free(const weft_memory& memory) override;
    void parallel(std::uint64_t count, void (*task)(void* user, std::uint64_t index),
                  void* user) override;
    [[nodiscard]] std::uint32_t concurrency() override;
    [[nodiscard]] std::string cache_directory(std::string_view plugin) override;
    [[nodiscard]] std::uint64_t device_memory(std::uint64_t available) override;

private:
    MemoryPool& pool_;
    ResourceGroup& group_;
    HostCounters& counters_;
    std::string cache_root_;
    LogSink log_;
    DeviceShare device_share_;
    std::mutex mutex_;
    std::unordered_map<void*, Buffer> buffers_;  // by data
};

// Where compiled code may be kept: WEFT_CACHE_DIR, else XDG_CACHE_HOME/weft, else ~/.cache/weft;
// "" when WEFT_CACHE_DIR is set but empty, or there is no home.
[[nodiscard]] std::string default_cache_directory();

}  // namespace weft::runtime

// The host as a back end sees it: the weft_host table, made from services that the runtime
// implements and from the edges that are known while one batch is compiled.
#pragma once

#include <weft/host.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.h"

namespace weft::plugin {

// What the table delegates to. Every function may be called from the threads that weft_host names.
class HostServices {
public:
    virtual ~HostServices() = default;
    // One line, WEFT_LOG_*; `plugin` says who speaks.
    virtual void log(std::uint32_t level, std::string_view plugin, std::string_view text) = 0;
    // The result's `owner` is the implementation's.
    [[nodiscard]] virtual Result<weft_memory> allocate(std::uint64_t size, std::uint32_t flags) = 0;
    virtual void free(const weft_memory& memory) = 0;
    virtual void parallel(std::uint64_t count, void (*task)(void* user, std::uint64_t index),
                          void* user) = 0;
    [[nodiscard]] virtual std::uint32_t concurrency() = 0;
    // Directory for files that `plugin` may lose, made on demand; "" when caching is off.
    [[nodiscard]] virtual std::string cache_directory(std::string_view plugin) = 0;
    // How many of a device's bytes one back end may hold.
    [[nodiscard]] virtual std::uint64_t device_memory(std::uint64_t available) { return available; }
};

// What one compile may look up, and what it has exposed so far.
struct Edges {
    std::unordered_map<std::uint64_t, weft_binding> inputs;  // by weft_input.id
    std::unordered_map<std::uint64_t, weft_handle> exposed;  // by weft_output.id
};

// The table of one back end. It must outlive that back end, and stays at its address.
class HostTable {
public:
    HostTable(HostServices& services, std::string plugin);
    HostTable(const HostTable&) = delete;
    HostTable& operator=(const HostTable&) = delete;

    [[nodiscard]] const weft_host* table() const { return &table_; }
    // lookup and expose work on `edges` until the next call; nullptr: they are refused.
    void set_edges(Edges* edges) { edges_ = edges; }

private:
    struct Calls;  // the C functions of the table

    HostServices& services_;
    std::string plugin_;
    std::string cache_directory_;
    bool cache_directory_known_ = false;
    Edges* edges_ = nullptr;
    weft_host table_{};
};

}  // namespace weft::plugin

// The host that a plugin meets in a check: it counts, remembers, fails when it is told to, and
// notices what the contract forbids.
#pragma once

#include <weft/host.h>

#include <array>
#include <atomic>
#include <compare>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "driver/validate/guarded.h"

namespace weft::validate {

// The functions of weft_host, in its order.
enum class Service : std::uint8_t {
    log,
    lookup,
    expose,
    memory_alloc,
    memory_free,
    parallel,
    concurrency,
    cache_directory,
    device_memory,
};
constexpr std::size_t kServices = 9;
[[nodiscard]] std::string_view name_of(Service service);

class WorkerPool;

// A call of the plugin: of which function, from within which of its own ("": none), on which
// thread.
struct Use {
    Service service;
    std::string within;
    std::string thread;
    auto operator<=>(const Use&) const = default;
};

class TestHost {
public:
    // `size`: as much of weft_host as a host of another age would have.
    explicit TestHost(std::size_t size = sizeof(weft_host));
    ~TestHost();
    TestHost(const TestHost&) = delete;
    TestHost& operator=(const TestHost&) = delete;

    [[nodiscard]] const weft_host* table() const { return table_.as<const weft_host>(); }

    // --- What it answers; set before the call that asks ---
    std::map<std::uint64_t, weft_binding> inputs;  // to lookup
    std::string cache;                             // directory; "": caching is off
    std::uint32_t threads = 2;                     // of parallel, the caller included
    std::uint64_t device_memory = 0;               // 0: all that is available
    bool remembers_uses = false;

    // The n-th call from now (1 is the next) of memory_alloc, lookup and expose together fails.
    // 0: none.
    void fail_at(std::uint64_t n);
    // Which one has failed so: "memory_alloc"; "": none yet.
    [[nodiscard]] std::string failed() const;

    // --- What it saw ---
    [[nodiscard]] std::uint64_t calls(Service service) const;
    [[nodiscard]] std::uint64_t all_calls() const;
    [[nodiscard]] std::uint64_t fallible_calls() const;  // those that fail_at counts
    [[nodiscard]] std::uint64_t live_memory() const;     // pieces handed out and not freed
    [[nodiscard]] std::uint64_t live_bytes() const;
    [[nodiscard]] std::map<std::uint64_t, weft_handle> exposed() const;
    [[nodiscard]] std::vector<std::string> lines() const;            // of the log
    [[nodiscard]] std::set<Use> uses() const;                        // while they are remembered
    [[nodiscard]] std::vector<std::uint32_t> binding_sizes() const;  // as lookup was given them
    // What was forbidden, in words: "expose was called from the frame thread, within execute".
    [[nodiscard]] std::vector<std::string> complaints() const;
    void complain(std::string text);

private:
    struct Calls;
    struct Piece;
    // A call of the plugin; whether it is to fail.
    bool count(Service service);
    void expect_within(std::string_view function, Service service);

    Guarded table_;
    mutable std::mutex mutex_;
    std::array<std::atomic<std::uint64_t>, kServices> counts_{};
    std::uint64_t fallible_ = 0;
    std::uint64_t fail_at_ = 0;
    std::string failed_;
    std::map<const void*, Piece> pieces_;
    std::deque<Piece> freed_;  // kept for a while, untouchable: who still uses it crashes
    std::map<std::uint64_t, weft_handle> exposed_;
    std::vector<std::string> lines_;
    std::vector<std::uint32_t> binding_sizes_;
    std::set<Use> uses_;
    std::vector<std::string> complaints_;
    std::unique_ptr<WorkerPool> pool_;
};

}  // namespace weft::validate

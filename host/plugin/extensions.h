// The extensions of the ABI that make edges cheap, each behind calls that cannot surprise (call.h).
// An object made from a back end that does not offer the extension is false and refuses.
#pragma once

#include <weft/async.h>
#include <weft/counters.h>
#include <weft/gather.h>
#include <weft/memory.h>
#include <weft/residency.h>
#include <weft/semaphore.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "base/result.h"
#include "plugin/backend.h"

namespace weft::plugin {

// "weft.async/1": work that is submitted and waited for. The back end outlives it.
class Timeline {
public:
    Timeline() = default;
    explicit Timeline(Backend& backend);
    explicit operator bool() const { return api_ != nullptr; }

    // [frame-thread] The value at which the work is complete.
    [[nodiscard]] Result<std::uint64_t> submit(Program& program, const weft_frame& frame) const;
    [[nodiscard]] Result<void> wait(std::uint64_t value, std::uint64_t timeout_ns) const;

private:
    Backend* backend_ = nullptr;
    const weft_async_api* api_ = nullptr;
};

// "weft.memory/1": what a back end shares, and trials of it. The back end outlives it.
class SharedMemory {
public:
    // Memory with a known pattern, made by the back end for a trial.
    class Trial {
    public:
        Trial(const SharedMemory& memory, weft_trial* trial, const weft_handle& handle)
            : memory_(memory), trial_(trial), handle_(handle) {}
        Trial(Trial&& other) noexcept;
        Trial& operator=(Trial&&) = delete;
        ~Trial();
        [[nodiscard]] const weft_handle& handle() const { return handle_; }
        [[nodiscard]] const weft_trial* get() const { return trial_; }

    private:
        const SharedMemory& memory_;
        weft_trial* trial_;
        weft_handle handle_;
    };

    SharedMemory() = default;
    explicit SharedMemory(Backend& backend);
    explicit operator bool() const { return api_ != nullptr; }

    // [compile-thread]
    [[nodiscard]] Result<weft_memory_caps> caps() const;
    [[nodiscard]] Result<Trial> begin_trial(std::uint32_t kind, std::uint64_t size,
                                            std::uint32_t seed) const;
    // The sum of the memory's 32-bit words.
    [[nodiscard]] Result<std::uint64_t> read_trial(const weft_handle& handle) const;

private:
    Backend* backend_ = nullptr;
    const weft_memory_api* api_ = nullptr;
};

// "weft.semaphore/1": order between two back ends without the host. The back end outlives it.
class Semaphores {
public:
    // One side of a semaphore; none when it was made without one.
    class Semaphore {
    public:
        Semaphore() = default;
        Semaphore(const Semaphores& from, weft_semaphore* semaphore, int fd)
            : from_(&from), semaphore_(semaphore), fd_(fd) {}
        Semaphore(Semaphore&& other) noexcept;
        Semaphore& operator=(Semaphore&& other) noexcept;
        ~Semaphore();
        [[nodiscard]] weft_semaphore* get() const { return semaphore_; }
        [[nodiscard]] int fd() const { return fd_; }  // where it was made

    private:
        const Semaphores* from_ = nullptr;
        weft_semaphore* semaphore_ = nullptr;
        int fd_ = -1;
    };
    // What a trial writes.
    class Writing {
    public:
        Writing(const Semaphores& from, weft_order_trial* trial) : from_(from), trial_(trial) {}
        Writing(Writing&& other) noexcept;
        Writing& operator=(Writing&&) = delete;
        ~Writing();

    private:
        const Semaphores& from_;
        weft_order_trial* trial_;
    };

    Semaphores() = default;
    explicit Semaphores(Backend& backend);
    explicit operator bool() const { return api_ != nullptr; }

    // [compile-thread]
    [[nodiscard]] Result<weft_semaphore_caps> caps() const;
    [[nodiscard]] Result<Semaphore> create() const;
    [[nodiscard]] Result<Semaphore> import(int fd) const;
    // `memory`: a trial of this back end's own, or null where it imports what `handle` describes.
    [[nodiscard]] Result<Writing> write_trial(const SharedMemory::Trial* memory,
                                              const weft_handle& handle, std::uint32_t seed,
                                              const Semaphore& signal) const;
    // The sum of the memory's 32-bit words behind `wait`.
    [[nodiscard]] Result<std::uint64_t> read_trial(const SharedMemory::Trial* memory,
                                                   const weft_handle& handle, const Semaphore& wait,
                                                   std::uint64_t timeout_ns) const;

    // [frame-thread]
    [[nodiscard]] Result<std::uint64_t> submit(Program& program, const weft_frame& frame,
                                               const std::vector<weft_semaphore*>& waits,
                                               const std::vector<weft_semaphore*>& signals) const;
    [[nodiscard]] Result<void> unblock(const Semaphore& semaphore) const;

private:
    Backend* backend_ = nullptr;
    const weft_semaphore_api* api_ = nullptr;
};

// "weft.gather/1": values at points that are known when a program is compiled.
class Gatherer {
public:
    explicit Gatherer(Backend& backend);
    explicit operator bool() const { return api_ != nullptr; }

    // [compile-thread] coords: one array of `count` numbers an axis. What is returned holds the
    // values after every execute, until the program is released.
    [[nodiscard]] Result<const double*> gather(Program& program, std::uint32_t output,
                                               std::uint64_t count,
                                               const std::vector<const double*>& coords) const;

private:
    Backend* backend_ = nullptr;
    const weft_gather_api* api_ = nullptr;
};

// "weft.counters/1": what a program copied since it was compiled; zeros where nobody counts.
// [frame-thread]
[[nodiscard]] weft_counters counters_of(Program& program);

// "weft.residency/1": what the back end holds of its device; nothing where it does not say.
[[nodiscard]] std::optional<weft_residency> residency_of(Backend& backend);

}  // namespace weft::plugin

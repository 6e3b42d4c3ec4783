// What an accelerator's API must be able to do for sdk/gpu to run kernels on it: memory, pipelines,
// recorded work, completion. A back end derives these classes over its API; Program (program.h)
// does the rest, the same for all. No type of an API appears here.
//
// Functions fail by throwing cpp::Failure with the status that fits: WEFT_UNSUPPORTED for what a
// device cannot do, WEFT_UNAVAILABLE when memory runs out (the message says how much was asked for
// and the budget), WEFT_TIMEOUT, WEFT_DEVICE_LOST.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <weft/cpp/backend.hpp>

#include "gpu/commons.h"
#include "gpu/kernel_text.h"
#include "gpu/pool.h"
#include "gpu/queue.h"

namespace weft::gpu {

using Uuid = std::array<std::uint8_t, 16>;

struct DeviceInfo {
    std::string name;
    std::string driver;  // name and version; part of every key on disk
    Uuid device_uuid{};
    Uuid driver_uuid{};
    // The device works in host memory: importing it costs nothing and needs no copy (CPU drivers).
    bool unified = false;
    std::uint64_t memory = 0;            // bytes of the device
    std::uint64_t largest_buffer = 0;    // bytes
    std::uint64_t import_alignment = 0;  // of address and size of imported host memory; 0: none
    bool exports_fd = false;             // Place::exported works
    bool imports_fd = false;             // import_fd works
    std::uint32_t semaphores = 0;        // WEFT_SEMAPHORE_*: what works of them
    std::string no_semaphores;           // why the rest does not
    TextOptions text;                    // how kernels for this device are to be written
};

// Where memory lives. Only the first is always fast for kernels.
enum class Place : std::uint8_t {
    device,    // the device's own; unified devices: anonymous host memory
    exported,  // the device's own, with an opaque fd for others
    host,      // host memory that kernels read and write in place: pinned, or the host's pool
    upload,    // small, written by the host for every frame, read by kernels
    readback,  // written by kernels or copies, read by the host
};

// Memory that kernels see. The destructor waits for nothing: whoever frees it knows it is idle.
class Buffer {
public:
    Buffer() = default;
    Buffer(const Buffer&) = delete;
    Buffer& operator=(const Buffer&) = delete;
    virtual ~Buffer() = default;

    std::uint64_t size = 0;
    char* host = nullptr;  // where the host sees it; null for Place::device and exported elsewhere
    int fd = -1;           // Place::exported: the opaque fd; host memory: its memfd; else -1. Owned
    std::uint64_t fd_offset = 0;
    std::atomic<std::uint64_t> used{0};  // turn of the last frame that did (Residency)

    // From 0 to 1: what shall stay on the device where the driver pages memory out.
    virtual void set_priority(float) {}
};

// A compiled kernel text: all its entry points.
class Pipeline {
public:
    Pipeline() = default;
    Pipeline(const Pipeline&) = delete;
    Pipeline& operator=(const Pipeline&) = delete;
    virtual ~Pipeline() = default;
};

// The largest alignment that an API asks of the start of a slice (NVIDIA's OpenCL: 512 bytes).
constexpr std::uint64_t kSliceAlignment = 512;

// A part of a buffer.
struct Slice {
    Buffer* buffer = nullptr;
    std::uint64_t offset = 0;  // bytes; for kernels a multiple of kSliceAlignment, in copies of 4
    bool operator==(const Slice&) const = default;
};

// One dispatch: an entry point over a box of threads. `constants` arrive in the kernel as they are
// (KernelText says what it expects in which).
struct Launch {
    const Pipeline* pipeline = nullptr;
    std::uint32_t entry = 0;  // index into KernelText::entries
    std::array<std::uint32_t, 2> groups{1, 1};
    std::vector<Slice> parameters;  // in the order of KernelText::parameters
    std::array<std::uint32_t, 4> constants{};
    // No other work that may be under way uses what it reads and writes: at the beginning of a work
    // it need not wait for those before.
    bool alone = false;
};

// One step of recorded work. Reads and writes of steps without a barrier between them do not meet.
struct Command {
    enum class Kind : std::uint8_t { launch, copy, fill, barrier } kind = Kind::barrier;
    Launch launch;
    Slice from, to;  // copy; fill: `to` becomes zero
    std::uint64_t bytes = 0;
};

// A list of commands, recorded once and submitted often. Idle when destroyed or submitted again.
class Work {
public:
    Work() = default;
    Work(const Work&) = delete;
    Work& operator=(const Work&) = delete;
    virtual ~Work() = default;
};

// A binary semaphore that another API shares (weft/semaphore.h). Idle when destroyed.
class Semaphore {
public:
    Semaphore() = default;
    Semaphore(const Semaphore&) = delete;
    Semaphore& operator=(const Semaphore&) = delete;
    virtual ~Semaphore() = default;

    int fd = -1;  // where it was made: the opaque fd. Owned
};

// What a work waits for and what it signals, beside its place in the queue.
struct Order {
    std::span<Semaphore* const> waits;
    std::span<Semaphore* const> signals;
    // Others follow at once, or a wait: the device may be given them together.
    bool more = false;
    [[nodiscard]] bool free() const { return waits.empty() && signals.empty(); }
};

struct BuildRequest {
    const KernelText* text = nullptr;
    std::string name;  // for messages
};

// Thread safe, but for submit, which one thread calls at a time (Queue sees to it).
class Device {
public:
    Device() = default;
    Device(const Device&) = delete;
    Device& operator=(const Device&) = delete;
    virtual ~Device() = default;

    [[nodiscard]] virtual const DeviceInfo& info() const = 0;

    // Contents are undefined.
    [[nodiscard]] virtual std::unique_ptr<Buffer> allocate(std::uint64_t size, Place place) = 0;
    // Memory of this process, used in place. `data` and `size` keep import_alignment; the memory
    // outlives the result.
    [[nodiscard]] virtual std::unique_ptr<Buffer> import_host(void* data, std::uint64_t size) = 0;
    // Memory that another API on the same device and driver exported. `fd` stays the caller's.
    [[nodiscard]] virtual std::unique_ptr<Buffer> import_fd(int fd, std::uint64_t size) = 0;

    // Compiles, or takes from the caches in memory and on disk. The driver has nothing left to
    // compile at the first launch.
    [[nodiscard]] virtual std::shared_ptr<const Pipeline> build(const BuildRequest& request) = 0;

    [[nodiscard]] virtual std::unique_ptr<Work> record(const std::vector<Command>& commands) = 0;
    // Queues `work` behind everything queued before it; the result is the value of the device's
    // timeline at which it is complete. When this fails the state of the semaphores is not known.
    virtual std::uint64_t submit(Work& work, const Order& order) = 0;
    std::uint64_t submit(Work& work) { return submit(work, {}); }
    // Returns true when the timeline has reached `value`, false after `timeout_ns`.
    [[nodiscard]] virtual bool wait(std::uint64_t value, std::uint64_t timeout_ns) = 0;

    // One for others, one of others; without DeviceInfo::semaphores they fail.
    [[nodiscard]] virtual std::unique_ptr<Semaphore> make_semaphore();
    [[nodiscard]] virtual std::unique_ptr<Semaphore> import_semaphore(int fd);
    // Signals it beside the queue, for work that waits for what will never be complete.
    virtual void unblock(Semaphore& semaphore);

    // Bytes that may be used now: the driver's figure where it has one, else our own account.
    // What is allocated of the host's memory counts where the device is unified, and nowhere else.
    struct Budget {
        std::uint64_t used = 0;
        std::uint64_t limit = 0;
    };
    [[nodiscard]] virtual Budget budget() const = 0;

    // Programs submit and wait through the queue, share through the commons, and take memory from
    // the pool.
    Queue queue{*this};
    Commons commons;
    Residency residency{*this};
    Pool pool{*this};
};

}  // namespace weft::gpu

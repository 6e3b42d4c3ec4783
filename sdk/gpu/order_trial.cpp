#include "gpu/order_trial.h"

#include <algorithm>
#include <cstring>
#include <weft/cpp/sized.hpp>

#include "gpu/recorder.h"

namespace weft::gpu {
namespace {

// What keeps the device busy before it writes: few commands, so that the last of them is queued
// long before it is done, and all across the bus, milliseconds on any.
constexpr std::uint64_t kBusyBytes = 16u << 20;
constexpr int kBusyRounds = 24;

// How long work may take after it was unblocked.
constexpr std::uint64_t kUnblockedNs = 1'000'000'000;

std::shared_ptr<Buffer> memory_of(Device& device, const Trial* own, const weft_handle& handle) {
    if (own != nullptr) return own->memory();
    if (handle.kind != WEFT_HANDLE_OPAQUE_FD || handle.memory_offset != 0 ||
        !device.info().imports_fd)
        throw cpp::Failure(WEFT_UNSUPPORTED, device.info().name + " takes no memory of this kind");
    return device.import_fd(handle.memory_fd, handle.memory_size);
}

std::uint64_t size_of(const weft_handle& handle) {
    return handle.grid.axes[0].count * sizeof(std::uint32_t);
}

}  // namespace

OrderTrial::OrderTrial(Device& device, const Trial* memory, const weft_handle& handle,
                       std::uint32_t seed, Semaphore& signal)
    : device_(device), memory_(memory_of(device, memory, handle)) {
    const std::uint64_t size = size_of(handle);
    pattern_ = device.allocate(size, Place::upload);
    for (std::uint64_t i = 0; i < size / 4; ++i) {
        const auto word = static_cast<std::uint32_t>(seed + i * 2654435761u);
        std::memcpy(pattern_->host + i * 4, &word, sizeof word);
    }
    busy_ = device.allocate(kBusyBytes, Place::device);
    landing_ = device.allocate(kBusyBytes, Place::readback);
    Recorder recorder;
    for (int round = 0; round < kBusyRounds; ++round)
        recorder.copy({busy_.get(), 0}, {landing_.get(), 0}, kBusyBytes);
    recorder.copy({pattern_.get(), 0}, {busy_.get(), 0}, size);
    recorder.copy({busy_.get(), 0}, {memory_.get(), 0}, size);
    work_ = device.record(recorder.commands());
    Semaphore* const signals[] = {&signal};
    value_ = device.queue.submit(*work_, nullptr, false, {{}, signals});
}

OrderTrial::~OrderTrial() {
    try {
        (void)device_.queue.wait(value_);
    } catch (const cpp::Failure&) {
        // A lost device works on nothing any more.
    }
}

std::uint64_t read_in_order(Device& device, const Trial* memory, const weft_handle& handle,
                            Semaphore& wait, std::uint64_t timeout_ns) {
    const std::uint64_t size = size_of(handle);
    struct Reading {
        std::shared_ptr<Buffer> from, words;
        std::unique_ptr<Work> work;
    };
    auto reading = std::make_unique<Reading>();
    reading->from = memory_of(device, memory, handle);
    reading->words = device.allocate(size, Place::readback);
    const Buffer* words = reading->words.get();
    Recorder recorder;
    recorder.copy({reading->from.get(), 0}, {reading->words.get(), 0}, size);
    reading->work = device.record(recorder.commands());
    Semaphore* const waits[] = {&wait};
    const std::uint64_t value = device.queue.submit(*reading->work, nullptr, false, {waits, {}});
    if (!device.queue.wait(value, timeout_ns)) {
        // Until it is known to be done it stays, whatever becomes of the rest.
        Reading* waiting = reading.release();
        device.unblock(wait);
        if (device.queue.wait(value, kUnblockedNs)) delete waiting;
        throw cpp::Failure(WEFT_TIMEOUT, "the signal did not come");
    }
    return sum_of_words(*words, size);
}

void describe_semaphores(const Device& device, weft_semaphore_caps& result) {
    const DeviceInfo& info = device.info();
    weft_semaphore_caps caps{};
    caps.flags = info.semaphores;
    std::copy(info.device_uuid.begin(), info.device_uuid.end(), caps.device_uuid);
    std::copy(info.driver_uuid.begin(), info.driver_uuid.end(), caps.driver_uuid);
    cpp::copy_text(caps.no_export,
                   (info.semaphores & WEFT_SEMAPHORE_EXPORTS) != 0 ? "" : info.no_semaphores);
    constexpr std::uint32_t kImports = WEFT_SEMAPHORE_WAITS | WEFT_SEMAPHORE_SIGNALS;
    cpp::copy_text(caps.no_import,
                   (info.semaphores & kImports) == kImports ? "" : info.no_semaphores);
    cpp::fill_known_part(result, caps);
}

}  // namespace weft::gpu

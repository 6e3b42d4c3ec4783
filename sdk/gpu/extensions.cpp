// The tables of the extensions. A library holds one back end, so the way from its instance to its
// device is one function for all of them.
#include <weft/async.h>
#include <weft/counters.h>
#include <weft/gather.h>
#include <weft/memory.h>
#include <weft/residency.h>
#include <weft/semaphore.h>

#include <cstddef>
#include <cstring>

#include "gpu/order_trial.h"
#include "gpu/program_impl.h"
#include "gpu/trial.h"

namespace weft::gpu {
namespace {

DeviceOf device_of_backend = nullptr;

BatchProgram& program_of(weft_program* program) {
    return static_cast<BatchProgram&>(*reinterpret_cast<cpp::Program*>(program));
}

weft_status submit(weft_program* program, const weft_frame* frame, std::uint64_t* value,
                   weft_error* error) noexcept {
    return cpp::guarded(error, [&] {
        const bool more = frame->struct_size >= offsetof(weft_frame, reserved) && frame->more != 0;
        *value = program_of(program).submit(*frame, true, {{}, {}, more});
    });
}

weft_status wait(weft_backend* backend, std::uint64_t value, std::uint64_t timeout_ns,
                 weft_error* error) noexcept {
    return cpp::guarded(error, [&] {
        Queue& queue = device_of_backend(backend).queue;
        if (!queue.wait(value, timeout_ns))
            throw cpp::Failure(WEFT_TIMEOUT, "the device is not done yet");
        const Outcome failed = queue.take_failure(value);
        if (failed.status != WEFT_OK) throw cpp::Failure(failed.status, failed.message);
    });
}

weft_status gather(weft_program* program, std::uint32_t output, std::uint64_t count,
                   const double* const* coords, const double** values, weft_error* error) noexcept {
    return cpp::guarded(error,
                        [&] { *values = program_of(program).gather(output, count, coords); });
}

weft_status caps(weft_backend* backend, weft_memory_caps* caps, weft_error* error) noexcept {
    return cpp::guarded(error, [&] { describe_memory(device_of_backend(backend), *caps); });
}

weft_status trial_begin(weft_backend* backend, std::uint32_t kind, std::uint64_t size,
                        std::uint32_t seed, weft_handle* handle, weft_trial** trial,
                        weft_error* error) noexcept {
    *trial = nullptr;
    return cpp::guarded(error, [&] {
        auto made = std::make_unique<Trial>(device_of_backend(backend), kind, size, seed);
        made->describe(*handle);
        *trial = reinterpret_cast<weft_trial*>(made.release());
    });
}

void trial_end(weft_backend*, weft_trial* trial) noexcept {
    delete reinterpret_cast<Trial*>(trial);
}

weft_status trial_read(weft_backend* backend, const weft_handle* handle, std::uint64_t* sum,
                       weft_error* error) noexcept {
    return cpp::guarded(error, [&] { *sum = read_trial(device_of_backend(backend), *handle); });
}

weft_status semaphore_caps(weft_backend* backend, weft_semaphore_caps* caps,
                           weft_error* error) noexcept {
    return cpp::guarded(error, [&] { describe_semaphores(device_of_backend(backend), *caps); });
}

Semaphore& semaphore_of(weft_semaphore* semaphore) {
    return *reinterpret_cast<Semaphore*>(semaphore);
}

weft_status create_semaphore(weft_backend* backend, weft_semaphore** semaphore, std::int32_t* fd,
                             weft_error* error) noexcept {
    *semaphore = nullptr;
    return cpp::guarded(error, [&] {
        auto made = device_of_backend(backend).make_semaphore();
        *fd = made->fd;
        *semaphore = reinterpret_cast<weft_semaphore*>(made.release());
    });
}

weft_status import_semaphore(weft_backend* backend, std::int32_t fd, weft_semaphore** semaphore,
                             weft_error* error) noexcept {
    *semaphore = nullptr;
    return cpp::guarded(error, [&] {
        auto made = device_of_backend(backend).import_semaphore(fd);
        *semaphore = reinterpret_cast<weft_semaphore*>(made.release());
    });
}

void release_semaphore(weft_backend*, weft_semaphore* semaphore) noexcept {
    delete reinterpret_cast<Semaphore*>(semaphore);
}

weft_status submit_in_order(weft_program* program, const weft_frame* frame,
                            weft_semaphore* const* waits, std::uint32_t wait_count,
                            weft_semaphore* const* signals, std::uint32_t signal_count,
                            std::uint64_t* value, weft_error* error) noexcept {
    return cpp::guarded(error, [&] {
        BatchProgram& batch = program_of(program);
        batch.waits.clear();
        for (std::uint32_t w = 0; w < wait_count; ++w)
            batch.waits.push_back(&semaphore_of(waits[w]));
        batch.signals.clear();
        for (std::uint32_t s = 0; s < signal_count; ++s)
            batch.signals.push_back(&semaphore_of(signals[s]));
        *value = batch.submit(*frame, true, {batch.waits, batch.signals, false});
    });
}

weft_status unblock(weft_backend* backend, weft_semaphore* semaphore, weft_error* error) noexcept {
    return cpp::guarded(error,
                        [&] { device_of_backend(backend).unblock(semaphore_of(semaphore)); });
}

weft_status trial_write(weft_backend* backend, const weft_trial* memory, const weft_handle* handle,
                        std::uint32_t seed, weft_semaphore* signal, weft_order_trial** trial,
                        weft_error* error) noexcept {
    *trial = nullptr;
    return cpp::guarded(error, [&] {
        auto made = std::make_unique<OrderTrial>(device_of_backend(backend),
                                                 reinterpret_cast<const Trial*>(memory), *handle,
                                                 seed, semaphore_of(signal));
        *trial = reinterpret_cast<weft_order_trial*>(made.release());
    });
}

void end_order_trial(weft_backend*, weft_order_trial* trial) noexcept {
    delete reinterpret_cast<OrderTrial*>(trial);
}

weft_status read_order_trial(weft_backend* backend, const weft_trial* memory,
                             const weft_handle* handle, weft_semaphore* wait,
                             std::uint64_t timeout_ns, std::uint64_t* sum,
                             weft_error* error) noexcept {
    return cpp::guarded(error, [&] {
        *sum = read_in_order(device_of_backend(backend), reinterpret_cast<const Trial*>(memory),
                             *handle, semaphore_of(wait), timeout_ns);
    });
}

weft_status counters(weft_program* program, weft_counters* counters, weft_error* error) noexcept {
    return cpp::guarded(error, [&] {
        const std::uint32_t room = counters->struct_size;
        std::memcpy(counters, &program_of(program).counters(),
                    std::min<std::size_t>(room, sizeof *counters));
        counters->struct_size = room;
    });
}

weft_status residency(weft_backend* backend, weft_residency* residency,
                      weft_error* error) noexcept {
    return cpp::guarded(error, [&] {
        const Device& device = device_of_backend(backend);
        const Residency::Usage usage = device.residency.usage();
        weft_residency now{};
        now.struct_size = residency->struct_size;
        now.resident = usage.resident;
        now.kept = usage.kept;
        now.spilled = usage.spilled;
        now.moves = usage.moves;
        now.used = usage.used;
        now.limit = usage.limit;
        cpp::copy_text(now.device, device.info().name);
        cpp::copy_text(now.largest, device.residency.largest_owners());
        std::memcpy(residency, &now, std::min<std::size_t>(now.struct_size, sizeof now));
    });
}

}  // namespace

const void* extension(std::string_view id, DeviceOf device_of) {
    static const weft_async_api async = {sizeof async, 0, submit, wait};
    static const weft_gather_api gathers = {sizeof gathers, 0, gather};
    static const weft_memory_api memory = {sizeof memory, 0,         caps,
                                           trial_begin,   trial_end, trial_read};
    static const weft_counters_api counts = {sizeof counts, 0, counters};
    static const weft_residency_api residencies = {sizeof residencies, 0, residency};
    static const weft_semaphore_api semaphores = {sizeof semaphores, 0,
                                                  semaphore_caps,    create_semaphore,
                                                  import_semaphore,  release_semaphore,
                                                  submit_in_order,   unblock,
                                                  trial_write,       end_order_trial,
                                                  read_order_trial};
    device_of_backend = device_of;
    if (id == WEFT_ASYNC_EXTENSION) return &async;
    if (id == WEFT_GATHER_EXTENSION) return &gathers;
    if (id == WEFT_MEMORY_EXTENSION) return &memory;
    if (id == WEFT_COUNTERS_EXTENSION) return &counts;
    if (id == WEFT_RESIDENCY_EXTENSION) return &residencies;
    if (id == WEFT_SEMAPHORE_EXTENSION) return &semaphores;
    return nullptr;
}

}  // namespace weft::gpu

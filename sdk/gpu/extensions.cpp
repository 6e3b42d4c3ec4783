// The tables of the extensions. A library holds one back end, so the way from its instance to its
// device is one function for all of them.
#include <weft/async.h>
#include <weft/counters.h>
#include <weft/gather.h>
#include <weft/memory.h>

#include <cstring>

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
    return cpp::guarded(error, [&] { *value = program_of(program).submit(*frame, true); });
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

weft_status counters(weft_program* program, weft_counters* counters, weft_error* error) noexcept {
    return cpp::guarded(error, [&] {
        const std::uint32_t room = counters->struct_size;
        std::memcpy(counters, &program_of(program).counters(),
                    std::min<std::size_t>(room, sizeof *counters));
        counters->struct_size = room;
    });
}

}  // namespace

const void* extension(std::string_view id, DeviceOf device_of) {
    static const weft_async_api async = {sizeof async, 0, submit, wait};
    static const weft_gather_api gathers = {sizeof gathers, 0, gather};
    static const weft_memory_api memory = {sizeof memory, 0,         caps,
                                           trial_begin,   trial_end, trial_read};
    static const weft_counters_api counts = {sizeof counts, 0, counters};
    device_of_backend = device_of;
    if (id == WEFT_ASYNC_EXTENSION) return &async;
    if (id == WEFT_GATHER_EXTENSION) return &gathers;
    if (id == WEFT_MEMORY_EXTENSION) return &memory;
    if (id == WEFT_COUNTERS_EXTENSION) return &counts;
    return nullptr;
}

}  // namespace weft::gpu

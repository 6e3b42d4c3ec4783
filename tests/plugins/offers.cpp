// A back end with a device of its own, made of plain memory and one thread: it offers completion,
// kinds of memory and gathers, and can be told to break each promise. The variable WEFT_OFFERS says
// how it behaves when it is created, in words:
//
//   fd, host, local      kinds it exports and imports; with "out:" or "in:" in front, one of both
//   device=N             its device's number; back ends of one number can share opaque fds
//   driver=N             the version of its driver
//   unified              its device works in host memory
//   align=N              of host memory used in place
//   lies                 trials read something else than what is there
//   refuses=fd|host|local  a program that is given such memory does not compile
//   late=MS, hangs, fails  what submitted work does; hanging work ends when it is cancelled
//   fails=N              only the Nth work of a program; rejects=N: its Nth submit does
//   semaphores           it makes them and takes those of others; takes: only the latter
//   deaf, mute           it does not wait for them, or does not signal them
//   crashes=N            in the Nth submit of a program between semaphores
//   loses=N              the device is gone with the Nth work, until something is compiled
//   again                and once more after that
//   alone                without "weft.async/1"; nogather, nomemory likewise
#include <weft/async.h>
#include <weft/gather.h>
#include <weft/memory.h>
#include <weft/semaphore.h>

#include "offers/program.h"

#ifndef OFFERS_NAME
#define OFFERS_NAME "offers"
#define OFFERS_VARIABLE "WEFT_OFFERS"
#endif

namespace offers {
namespace {

class Backend final : public cpp::Backend {
public:
    explicit Backend(cpp::Host host) : host_(host) {}

    static const weft_backend_info* describe() {
        static const weft_backend_info info = {sizeof(weft_backend_info),
                                               0,
                                               cpp::to_str(OFFERS_NAME),
                                               cpp::to_str("1.0"),
                                               cpp::to_str("a fixture"),
                                               bit(WEFT_CONTEXT_VISUAL) | bit(WEFT_CONTEXT_COMPUTE),
                                               0,
                                               nullptr,
                                               0,
                                               0,
                                               nullptr};
        return &info;
    }
    static void probe(weft_probe& result) {
        result.available = 1;
        result.score = 10;
        cpp::copy_text(result.device, "plain memory");
    }
    std::unique_ptr<cpp::Program> compile(const weft_batch& batch) override {
        was_lost = was_lost || device.lost;
        device.lost = false;
        return std::make_unique<Program>(host_, device, behaviour, batch, was_lost);
    }
    static const void* extension(std::string_view id);

    Behaviour behaviour{OFFERS_VARIABLE};
    Device device;
    bool was_lost = false;

private:
    cpp::Host host_;
};

Backend& self(weft_backend* backend) {
    return *static_cast<Backend*>(reinterpret_cast<cpp::Backend*>(backend));
}
Program& self(weft_program* program) {
    return *static_cast<Program*>(reinterpret_cast<cpp::Program*>(program));
}

weft_status submit(weft_program* program, const weft_frame* frame, std::uint64_t* value,
                   weft_error* error) {
    return cpp::guarded(error, [&] { *value = self(program).submit(*frame); });
}
weft_status wait(weft_backend* backend, std::uint64_t value, std::uint64_t timeout_ns,
                 weft_error* error) {
    return cpp::guarded(error, [&] { self(backend).device.wait(value, timeout_ns); });
}
weft_status gather(weft_program* program, std::uint32_t output, std::uint64_t count,
                   const double* const* coords, const double** values, weft_error* error) {
    return cpp::guarded(error, [&] { *values = self(program).gather(output, count, coords); });
}
weft_status counters(weft_program* program, weft_counters* counters, weft_error* error) {
    return cpp::guarded(error, [&] { *counters = self(program).counters; });
}
weft_status caps(weft_backend* backend, weft_memory_caps* caps, weft_error* error) {
    return cpp::guarded(error, [&] {
        const Behaviour& behaviour = self(backend).behaviour;
        caps->flags = behaviour.is("unified") ? WEFT_MEMORY_UNIFIED : 0;
        caps->exports = behaviour.kinds("out:");
        caps->imports = behaviour.kinds("in:");
        caps->device_uuid[0] = static_cast<std::uint8_t>(behaviour.number("device"));
        caps->driver_uuid[0] = 1;
        caps->host_alignment = behaviour.number("align");
        cpp::copy_text(caps->no_export, "it was told not to");
        cpp::copy_text(caps->no_import, "it was told not to");
        cpp::copy_text(caps->identity, "driver " + std::to_string(behaviour.number("driver")));
    });
}

struct Trial {
    DeviceMemory memory;
    LocalView view{};
};

weft_status trial_begin(weft_backend* backend, std::uint32_t kind, std::uint64_t size,
                        std::uint32_t seed, weft_handle* handle, weft_trial** trial,
                        weft_error* error) {
    return cpp::guarded(error, [&] {
        if ((self(backend).behaviour.kinds("out:") & bit(kind)) == 0)
            throw cpp::Failure(WEFT_UNSUPPORTED, "no such memory");
        auto made = std::unique_ptr<Trial>(new Trial{DeviceMemory(size), {}});
        auto* words = reinterpret_cast<std::uint32_t*>(made->memory.data());
        for (std::uint64_t i = 0; i < size / 4; ++i)
            words[i] = static_cast<std::uint32_t>(seed + i * 2654435761u);
        made->view.home = made->memory.data();
        if (kind == WEFT_HANDLE_HOST) made->view.data = made->memory.data();
        *handle = {};
        handle->struct_size = sizeof *handle;
        handle->kind = kind;
        handle->view = &made->view;
        handle->memory_fd = kind == WEFT_HANDLE_LOCAL ? -1 : made->memory.fd();
        handle->memory_size = size;
        handle->grid.axis_count = 1;
        handle->grid.axes[0].count = size / 4;
        *trial = reinterpret_cast<weft_trial*>(made.release());
    });
}
void trial_end(weft_backend*, weft_trial* trial) {
    delete reinterpret_cast<Trial*>(trial);
}
weft_status trial_read(weft_backend* backend, const weft_handle* handle, std::uint64_t* sum,
                       weft_error* error) {
    return cpp::guarded(error, [&] {
        std::unique_ptr<DeviceMemory> imported;
        const void* data = handle->view->data;
        if (handle->kind == WEFT_HANDLE_OPAQUE_FD) {
            imported = std::make_unique<DeviceMemory>(handle->memory_fd, handle->memory_size);
            data = imported->data();
        } else if (handle->kind == WEFT_HANDLE_LOCAL) {
            data = static_cast<const LocalView*>(handle->view)->home;
        }
        *sum = self(backend).behaviour.is("lies") ? 1 : 0;
        for (std::uint64_t i = 0; i < handle->grid.axes[0].count; ++i)
            *sum += static_cast<const std::uint32_t*>(data)[i];
    });
}

// --- "weft.semaphore/1"

Semaphore* self(weft_semaphore* semaphore) {
    return reinterpret_cast<Semaphore*>(semaphore);
}

weft_status semaphore_caps(weft_backend* backend, weft_semaphore_caps* caps, weft_error* error) {
    return cpp::guarded(error, [&] {
        const Behaviour& behaviour = self(backend).behaviour;
        caps->flags = WEFT_SEMAPHORE_WAITS | WEFT_SEMAPHORE_SIGNALS;
        if (behaviour.is("semaphores")) caps->flags |= WEFT_SEMAPHORE_EXPORTS;
        caps->device_uuid[0] = static_cast<std::uint8_t>(behaviour.number("device"));
        cpp::copy_text(caps->no_export, "it was told not to");
    });
}
weft_status create_semaphore(weft_backend*, weft_semaphore** semaphore, std::int32_t* fd,
                             weft_error* error) {
    return cpp::guarded(error, [&] {
        auto made = std::make_unique<Semaphore>();
        *fd = made->fd();
        *semaphore = reinterpret_cast<weft_semaphore*>(made.release());
    });
}
weft_status import_semaphore(weft_backend*, std::int32_t fd, weft_semaphore** semaphore,
                             weft_error* error) {
    return cpp::guarded(error, [&] {
        if (!is_semaphore(fd)) throw cpp::Failure(WEFT_INVALID, "it is no semaphore");
        *semaphore =
            reinterpret_cast<weft_semaphore*>(std::make_unique<Semaphore>(dup(fd)).release());
    });
}
void release_semaphore(weft_backend*, weft_semaphore* semaphore) {
    delete self(semaphore);
}
weft_status submit_in_order(weft_program* program, const weft_frame* frame,
                            weft_semaphore* const* waits, std::uint32_t wait_count,
                            weft_semaphore* const* signals, std::uint32_t signal_count,
                            std::uint64_t* value, weft_error* error) {
    return cpp::guarded(error, [&] {
        Order order;
        for (std::uint32_t w = 0; w < wait_count; ++w) order.waits.push_back(self(waits[w]));
        for (std::uint32_t s = 0; s < signal_count; ++s) order.signals.push_back(self(signals[s]));
        *value = self(program).submit(*frame, order);
    });
}
weft_status unblock(weft_backend*, weft_semaphore* semaphore, weft_error* error) {
    return cpp::guarded(error, [&] { self(semaphore)->signal(); });
}

// The memory of a trial, its own or another's.
std::shared_ptr<DeviceMemory> memory_of(const weft_handle& handle) {
    return std::make_shared<DeviceMemory>(handle.memory_fd, handle.memory_size);
}

weft_status trial_write(weft_backend* backend, const weft_trial*, const weft_handle* handle,
                        std::uint32_t seed, weft_semaphore* signal, weft_order_trial** trial,
                        weft_error* error) {
    return cpp::guarded(error, [&] {
        const Behaviour& behaviour = self(backend).behaviour;
        const std::uint64_t value = self(backend).device.submit(
            [&behaviour, memory = memory_of(*handle), order = Order{{}, {self(signal)}}, seed] {
                return in_order(behaviour, order, [&]() -> Device::Outcome {
                    std::this_thread::sleep_for(std::chrono::milliseconds(3));
                    auto* words = reinterpret_cast<std::uint32_t*>(memory->data());
                    for (std::uint64_t i = 0; i < memory->size() / 4; ++i)
                        words[i] = static_cast<std::uint32_t>(seed + i * 2654435761u);
                    return {};
                });
            });
        *trial = reinterpret_cast<weft_order_trial*>(new std::uint64_t(value));
    });
}
void end_order_trial(weft_backend* backend, weft_order_trial* trial) {
    const std::unique_ptr<std::uint64_t> value(reinterpret_cast<std::uint64_t*>(trial));
    if (value) (void)cpp::guarded(nullptr, [&] { self(backend).device.wait(*value, UINT64_MAX); });
}
weft_status read_order_trial(weft_backend* backend, const weft_trial*, const weft_handle* handle,
                             weft_semaphore* wait, std::uint64_t timeout_ns, std::uint64_t* sum,
                             weft_error* error) {
    return cpp::guarded(error, [&] {
        const Behaviour& behaviour = self(backend).behaviour;
        Device& device = self(backend).device;
        auto read = std::make_shared<std::uint64_t>(0);
        const std::uint64_t value = device.submit(
            [&behaviour, memory = memory_of(*handle), order = Order{{self(wait)}, {}}, read] {
                return in_order(behaviour, order, [&]() -> Device::Outcome {
                    const auto* words = reinterpret_cast<const std::uint32_t*>(memory->data());
                    for (std::uint64_t i = 0; i < memory->size() / 4; ++i) *read += words[i];
                    return {};
                });
            });
        try {
            device.wait(value, timeout_ns);
        } catch (const cpp::Failure&) {
            self(wait)->signal();
            device.wait(value, UINT64_MAX);
            throw cpp::Failure(WEFT_TIMEOUT, "the signal did not come");
        }
        *sum = *read;
    });
}

// For tests: how many semaphores a program was given before they were signalled, and how often it
// was submitted while the device was at work.
std::uint64_t early(weft_program* program) {
    return self(program).early;
}
std::uint64_t busy(weft_program* program) {
    return self(program).busy;
}

const void* Backend::extension(std::string_view id) {
    static const weft_async_api async = {sizeof async, 0, submit, wait};
    static const weft_gather_api gathers = {sizeof gathers, 0, gather};
    static const weft_counters_api counts = {sizeof counts, 0, counters};
    static const weft_memory_api memory = {sizeof memory, 0,         caps,
                                           trial_begin,   trial_end, trial_read};
    static const weft_semaphore_api semaphores = {sizeof semaphores, 0,
                                                  semaphore_caps,    create_semaphore,
                                                  import_semaphore,  release_semaphore,
                                                  submit_in_order,   unblock,
                                                  trial_write,       end_order_trial,
                                                  read_order_trial};
    const Behaviour behaviour(OFFERS_VARIABLE);
    if (id == WEFT_SEMAPHORE_EXTENSION && (behaviour.is("semaphores") || behaviour.is("takes")))
        return &semaphores;
    if (id == "test.early/1") return reinterpret_cast<const void*>(early);
    if (id == "test.busy/1") return reinterpret_cast<const void*>(busy);
    if (id == WEFT_ASYNC_EXTENSION && !behaviour.is("alone")) return &async;
    if (id == WEFT_GATHER_EXTENSION && !behaviour.is("nogather")) return &gathers;
    if (id == WEFT_MEMORY_EXTENSION && !behaviour.is("nomemory")) return &memory;
    return id == WEFT_COUNTERS_EXTENSION ? &counts : nullptr;
}

}  // namespace
}  // namespace offers

WEFT_CPP_PLUGIN(offers::Backend, "fixture")

// A back end with a device of its own, made of plain memory and one thread: it offers completion,
// kinds of memory and gathers, and can be told to break each promise. The variable WEFT_OFFERS says
// how it behaves when it is created, in words:
//
//   fd, host, local      kinds it exports and imports; with "out:" or "in:" in front, one of both
//   device=N             its device's number; back ends of one number can share opaque fds
//   unified              its device works in host memory
//   align=N              of host memory used in place
//   lies                 trials read something else than what is there
//   refuses=fd|host|local  a program that is given such memory does not compile
//   late=MS, hangs, fails  what submitted work does; hanging work ends when it is cancelled
//   loses=N              the device is gone with the Nth work, until something is compiled
//   again                and once more after that
//   alone                without "weft.async/1"; nogather, nomemory likewise
#include <weft/async.h>
#include <weft/gather.h>
#include <weft/memory.h>

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

const void* Backend::extension(std::string_view id) {
    static const weft_async_api async = {sizeof async, 0, submit, wait};
    static const weft_gather_api gathers = {sizeof gathers, 0, gather};
    static const weft_counters_api counts = {sizeof counts, 0, counters};
    static const weft_memory_api memory = {sizeof memory, 0,         caps,
                                           trial_begin,   trial_end, trial_read};
    const Behaviour behaviour(OFFERS_VARIABLE);
    if (id == WEFT_ASYNC_EXTENSION && !behaviour.is("alone")) return &async;
    if (id == WEFT_GATHER_EXTENSION && !behaviour.is("nogather")) return &gathers;
    if (id == WEFT_MEMORY_EXTENSION && !behaviour.is("nomemory")) return &memory;
    return id == WEFT_COUNTERS_EXTENSION ? &counts : nullptr;
}

}  // namespace
}  // namespace offers

WEFT_CPP_PLUGIN(offers::Backend, "fixture")

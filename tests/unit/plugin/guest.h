// A plugin inside the test whose functions do what the test says, behind a border; and a host for
// it.
#pragma once

#include <weft/async.h>
#include <weft/backend.h>
#include <weft/control.h>

#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "plugin/border.h"

namespace weft::test {

// What the functions of the table do beyond nothing. One plugin at a time.
struct Behaviour {
    const weft_host* host = nullptr;  // as the plugin was given it
    const weft_control_host* control = nullptr;
    std::function<weft_status(weft_probe*, weft_error*)> probe;
    std::function<weft_status(const weft_batch*, weft_program**, weft_error*)> compile;
    std::function<weft_status(weft_handle*, weft_error*)> get_handle;
    std::function<weft_status(const weft_frame*, weft_error*)> execute;
    std::function<void()> cleanup;
    std::function<const void*(std::string_view)> extension;  // before those below
};
inline Behaviour g_behaviour;

inline const weft_backend_info kInfo = {
    sizeof kInfo, 0, {"guest", 5}, {"1", 1}, {"a test", 6}, 1, 0, nullptr, 0, 0, nullptr};
inline int g_object;  // stands for whatever it made

inline weft_status done(weft_error* /*error*/) {
    return WEFT_OK;
}
inline weft_status fail(weft_error* error, const char* message, weft_status code = WEFT_INVALID) {
    error->code = code;
    std::snprintf(error->message, sizeof error->message, "%s", message);
    return code;
}

inline const weft_async_api kAsync = {
    sizeof kAsync, 0,
    [](weft_program*, const weft_frame* frame, std::uint64_t* value, weft_error* error) {
        *value = 1;
        return g_behaviour.execute ? g_behaviour.execute(frame, error) : done(error);
    },
    [](weft_backend*, std::uint64_t, std::uint64_t, weft_error* error) { return done(error); }};

inline const weft_control_api kControl = {
    sizeof kControl,
    0,
    [](weft_backend*, const weft_control_wish*, const weft_control_host* host,
       weft_control_session** session, weft_error* error) {
        g_behaviour.control = host;
        *session = reinterpret_cast<weft_control_session*>(&g_object);
        return done(error);
    },
    [](weft_control_session*, std::uint32_t, const double*, weft_error* error) {
        return done(error);
    },
    [](weft_control_session*, double, weft_error* error) { return done(error); },
    nullptr,
    [](weft_control_session*, weft_control_counters*) {},
    [](weft_control_session*) {}};

inline const weft_backend_api kGuest = {
    sizeof kGuest,
    0,
    [] { return &kInfo; },
    [](weft_probe* result, weft_error* error) {
        return g_behaviour.probe ? g_behaviour.probe(result, error) : done(error);
    },
    [](const weft_host* host, weft_backend** backend, weft_error* error) {
        g_behaviour.host = host;
        *backend = reinterpret_cast<weft_backend*>(&g_object);
        return done(error);
    },
    [](weft_backend*, const weft_batch* batch, weft_program** program, weft_error* error) {
        if (g_behaviour.compile) return g_behaviour.compile(batch, program, error);
        *program = reinterpret_cast<weft_program*>(&g_object);
        return done(error);
    },
    [](weft_program*, std::uint32_t, weft_handle* handle, weft_error* error) {
        return g_behaviour.get_handle ? g_behaviour.get_handle(handle, error) : done(error);
    },
    [](weft_program*, std::uint32_t, const weft_points* points, double* values, weft_error* error) {
        for (std::uint64_t i = 0; i < points->count; ++i) values[i] = 0.5;
        return done(error);
    },
    [](weft_program*, const weft_frame* frame, weft_error* error) {
        return g_behaviour.execute ? g_behaviour.execute(frame, error) : done(error);
    },
    [](weft_program*) {},
    [](weft_program*) {},
    [](weft_backend*) {
        if (g_behaviour.cleanup) g_behaviour.cleanup();
    },
    [](weft_str id) -> const void* {
        const std::string_view name(id.data, id.size);
        if (g_behaviour.extension)
            if (const void* table = g_behaviour.extension(name)) return table;
        if (name == WEFT_ASYNC_EXTENSION) return &kAsync;
        return name == WEFT_CONTROL_EXTENSION ? &kControl : nullptr;
    }};

// A host whose functions do as little as they can.
struct PlainHost {
    weft_host table = {
        sizeof table,
        WEFT_ABI_VERSION,
        this,
        [](void*, std::uint32_t, weft_str) {},
        [](void*, std::uint64_t, weft_binding* binding, weft_error*) {
            binding->kind = WEFT_HANDLE_NONE;
            binding->get_values = [](void*, const weft_points*, double* values, weft_error*) {
                *values = 7;
                return weft_status{WEFT_OK};
            };
            return weft_status{WEFT_OK};
        },
        [](void*, std::uint64_t, const weft_handle*, weft_error*) { return weft_status{WEFT_OK}; },
        [](void* context, std::uint64_t size, std::uint32_t, weft_memory* memory, weft_error*) {
            auto& blocks = static_cast<PlainHost*>(context)->kept;
            blocks.push_back(std::make_unique<char[]>(size));
            *memory = {blocks.back().get(), size, -1, 0, nullptr};
            return weft_status{WEFT_OK};
        },
        [](void*, weft_memory* memory) { memory->data = nullptr; },
        [](void*, std::uint64_t count, void (*task)(void*, std::uint64_t), void* user) {
            for (std::uint64_t i = 0; i < count; ++i) task(user, i);
        },
        [](void*) { return 3u; },
        [](void*) {
            return weft_str{"", 0};
        },
        [](void*, std::uint64_t available) { return available; }};
    std::vector<std::unique_ptr<char[]>> kept;  // until the end, whatever the plugin does
};

// The guest, wrapped, with one program: as a host would use it.
struct Visit {
    explicit Visit(plugin::Border& border) : api(border.wrap(&kGuest, "guest")) {
        error.struct_size = sizeof error;
        g_behaviour = {};
        batch.struct_size = sizeof batch;
        batch.settings = numbers;
        frame.struct_size = sizeof frame;
        frame.fields = numbers;
    }
    weft_status create() { return api->create(&host.table, &backend, &error); }
    weft_status compile() { return api->compile(backend, &batch, &program, &error); }
    weft_status execute() { return api->execute(program, &frame, &error); }
    void begin() {
        (void)create();
        (void)compile();
    }
    void end() {
        api->release(program);
        api->cleanup(backend);
    }
    template <class Api>
    const Api* extension(std::string_view id) {
        return static_cast<const Api*>(api->extension({id.data(), id.size()}));
    }

    PlainHost host;
    const weft_backend_api* api;
    weft_backend* backend = nullptr;
    weft_program* program = nullptr;
    weft_batch batch{};
    weft_frame frame{};
    double numbers[WEFT_FIELD_COUNT] = {};
    weft_error error{};
};

}  // namespace weft::test

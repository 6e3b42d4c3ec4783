// Any bytes as a trace of calls: what is not refused is replayed against a plugin that follows
// every index of what it is given and writes all of what it may.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include <weft/async.h>

#include "replay/replayer.h"
#include "replay/trace.h"

namespace {

using namespace weft::replay;

volatile double g_sum;  // what was read, so that it is

void follow(const weft_ir& ir, const weft_batch& batch) {
    for (std::uint32_t i = 0; i < ir.value_count; ++i) {
        const weft_ir_value& value = ir.values[i];
        g_sum = g_sum + value.imm;
        for (std::uint32_t a = 0; a < value.arg_count; ++a)
            g_sum = g_sum + ir.values[ir.args[value.args + a]].imm;
        if (value.op == WEFT_OP_SAMPLE) g_sum = g_sum + batch.inputs[value.aux].channel;
        if (value.op == WEFT_OP_LOOP) g_sum = g_sum + ir.loops[value.aux].body_count;
    }
}

weft_status compile(weft_backend*, const weft_batch* batch, weft_program** program, weft_error*) {
    static int made;
    for (std::uint32_t k = 0; k < batch->kernel_count; ++k) {
        const weft_kernel& kernel = batch->kernels[k];
        follow(kernel.ir, *batch);
        for (std::uint32_t s = 0; s < kernel.store_count; ++s)
            g_sum = g_sum + batch->outputs[kernel.stores[s].output].target;
    }
    for (std::uint32_t i = 0; i < WEFT_FIELD_COUNT; ++i) g_sum = g_sum + batch->settings[i];
    *program = reinterpret_cast<weft_program*>(&made);
    return WEFT_OK;
}

weft_status execute(weft_program*, const weft_frame* frame, weft_error*) {
    g_sum = g_sum + frame->fields[WEFT_FIELD_TIME];
    for (std::uint32_t i = 0; i < frame->target_count; ++i)
        if (frame->targets[i].size != 0)
            std::memset(frame->targets[i].data, 1, frame->targets[i].size);
    return WEFT_OK;
}

weft_status get_values(weft_program*, std::uint32_t, const weft_points* points, double* values,
                       weft_error*) {
    for (std::uint64_t n = 0; n < points->count; ++n) {
        values[n] = 0;
        for (std::uint32_t f = 0; f < WEFT_FIELD_COUNT; ++f)
            values[n] += points->fields[f] != nullptr ? points->fields[f][n] : points->constants[f];
    }
    return WEFT_OK;
}

weft_status create(const weft_host* host, weft_backend** backend, weft_error*) {
    static int made;
    g_sum = g_sum + host->concurrency(host->context);
    *backend = reinterpret_cast<weft_backend*>(&made);
    return WEFT_OK;
}

// --- What else a plugin may offer: it reads all that it is given ---------------------------------

template <class T>
T* any() {
    static int made;
    return reinterpret_cast<T*>(&made);
}

void read(const void* data, std::uint64_t size) {
    const auto* bytes = static_cast<const char*>(data);
    for (std::uint64_t i = 0; i < size; ++i) g_sum = g_sum + bytes[i];
}

void read(weft_str text) {
    read(text.data, text.size);
}

void fill(void* room, std::uint64_t size) {
    if (room != nullptr && size != 0) std::memset(room, 1, size);
}

const weft_window_api kWindows = {
    sizeof kWindows,
    0,
    [](weft_backend*, weft_monitor* monitors, std::uint32_t capacity) {
        fill(monitors, capacity * sizeof *monitors);
        return capacity;
    },
    [](weft_backend*, const weft_window_wish* wish, weft_window** window, weft_error*) {
        read(wish->title);
        read(wish->monitor);
        *window = any<weft_window>();
        return weft_status{WEFT_OK};
    },
    [](weft_window*, const weft_window_picture* picture, weft_error*) {
        const std::uint64_t pixel = picture->format == WEFT_FORMAT_RGBA16 ? 8 : 4;
        const auto* row = static_cast<const char*>(picture->pixels);
        for (std::uint32_t y = 0; y < picture->height && picture->width != 0 &&
                                  picture->row_stride >= pixel * picture->width;
             ++y)
            read(row + y * picture->row_stride, picture->width * pixel);
        return weft_status{WEFT_OK};
    },
    [](weft_window*, weft_str text, weft_error*) {
        read(text);
        return weft_status{WEFT_OK};
    },
    [](weft_backend*, weft_window_event* events, std::uint32_t capacity) {
        fill(events, capacity * sizeof *events);
        return capacity;
    },
    [](weft_window*, const weft_window_wish* wish, weft_error*) {
        read(wish->title);
        return weft_status{WEFT_OK};
    },
    [](weft_window*, weft_window_counters*) {},
    [](weft_window*, void* pixels, std::uint64_t size, std::uint32_t*, std::uint32_t*,
       weft_error*) {
        fill(pixels, size);
        return weft_status{WEFT_OK};
    },
    [](weft_window*) {}};

const weft_audio_api kSound = {
    sizeof kSound,
    0,
    [](weft_backend*, weft_audio_device* devices, std::uint32_t capacity) {
        fill(devices, capacity * sizeof *devices);
        return capacity;
    },
    [](weft_backend*, const weft_audio_wish* wish, weft_audio_process, void*,
       weft_audio_stream** stream, weft_error*) {
        read(wish->output);
        read(wish->client);
        if (wish->output_map != nullptr) read(wish->output_map, wish->output_channels * 4u);
        if (wish->input_map != nullptr) read(wish->input_map, wish->input_channels * 4u);
        *stream = any<weft_audio_stream>();
        return weft_status{WEFT_OK};
    },
    [](weft_audio_stream*, weft_audio_state*) {},
    [](weft_audio_stream*) {}};

std::uint64_t read_trial(const weft_handle& handle) {
    const std::uint64_t words = std::min<std::uint64_t>(handle.grid.axes[0].count, 1u << 12);
    if (handle.kind == WEFT_HANDLE_HOST) read(handle.view->data, words * 4);
    return words;
}

const weft_memory_api kMemory = {
    sizeof kMemory,
    0,
    [](weft_backend*, weft_memory_caps*, weft_error*) { return weft_status{WEFT_OK}; },
    [](weft_backend*, std::uint32_t kind, std::uint64_t, std::uint32_t, weft_handle* handle,
       weft_trial** trial, weft_error*) {
        static char memory[1u << 14];
        static const weft_view view = {memory, 0, -1};
        handle->kind = kind;
        handle->view = &view;
        handle->memory_size = sizeof memory;
        *trial = any<weft_trial>();
        return weft_status{WEFT_OK};
    },
    [](weft_backend*, weft_trial*) {},
    [](weft_backend*, const weft_handle* handle, std::uint64_t* sum, weft_error*) {
        *sum = read_trial(*handle);
        return weft_status{WEFT_OK};
    }};

const weft_semaphore_api kSemaphores = {
    sizeof kSemaphores,
    0,
    [](weft_backend*, weft_semaphore_caps*, weft_error*) { return weft_status{WEFT_OK}; },
    [](weft_backend*, weft_semaphore** semaphore, std::int32_t* fd, weft_error*) {
        *semaphore = any<weft_semaphore>();
        *fd = 1;
        return weft_status{WEFT_OK};
    },
    [](weft_backend*, std::int32_t, weft_semaphore** semaphore, weft_error*) {
        *semaphore = any<weft_semaphore>();
        return weft_status{WEFT_OK};
    },
    [](weft_backend*, weft_semaphore*) {},
    [](weft_program* program, const weft_frame* frame, weft_semaphore* const* waits,
       std::uint32_t wait_count, weft_semaphore* const* signals, std::uint32_t signal_count,
       std::uint64_t* value, weft_error* error) {
        for (std::uint32_t i = 0; i < wait_count; ++i) read(waits[i], 1);
        for (std::uint32_t i = 0; i < signal_count; ++i) read(signals[i], 1);
        *value = 1;
        return execute(program, frame, error);
    },
    [](weft_backend*, weft_semaphore* semaphore, weft_error*) {
        read(semaphore, 1);
        return weft_status{WEFT_OK};
    },
    [](weft_backend*, const weft_trial*, const weft_handle* handle, std::uint32_t,
       weft_semaphore* signal, weft_order_trial** trial, weft_error*) {
        read(signal, 1);
        (void)read_trial(*handle);
        *trial = any<weft_order_trial>();
        return weft_status{WEFT_OK};
    },
    [](weft_backend*, weft_order_trial*) {},
    [](weft_backend*, const weft_trial*, const weft_handle* handle, weft_semaphore* wait,
       std::uint64_t, std::uint64_t* sum, weft_error*) {
        read(wait, 1);
        *sum = read_trial(*handle);
        return weft_status{WEFT_OK};
    }};

const weft_async_api kAsync = {
    sizeof kAsync, 0,
    [](weft_program* program, const weft_frame* frame, std::uint64_t* value, weft_error* error) {
        *value = 1;
        return execute(program, frame, error);
    },
    [](weft_backend*, std::uint64_t, std::uint64_t, weft_error*) { return weft_status{WEFT_OK}; }};

const void* extension(weft_str id) {
    const std::string_view name(id.data, id.size);
    if (name == WEFT_WINDOW_EXTENSION) return &kWindows;
    if (name == WEFT_AUDIO_EXTENSION) return &kSound;
    if (name == WEFT_MEMORY_EXTENSION) return &kMemory;
    if (name == WEFT_SEMAPHORE_EXTENSION) return &kSemaphores;
    return name == WEFT_ASYNC_EXTENSION ? &kAsync : nullptr;
}

const weft_backend_info kInfo{};
const weft_backend_api kApi = {sizeof kApi,
                               0,
                               [] { return &kInfo; },
                               [](weft_probe*, weft_error*) { return weft_status{WEFT_OK}; },
                               create,
                               compile,
                               [](weft_program*, std::uint32_t, weft_handle*, weft_error*) {
                                   return weft_status{WEFT_UNSUPPORTED};
                               },
                               get_values,
                               execute,
                               [](weft_program*) {},
                               [](weft_program*) {},
                               [](weft_backend*) {},
                               extension};
const weft_plugin kPlugin = {sizeof kPlugin, 1, 1, 0, {"", 0}, &kApi};

// A byte that says the kind, two the length, then as many: the payloads of records.
std::string records(std::string_view data) {
    std::string bytes(kMagic);
    bytes.append(reinterpret_cast<const char*>(&kVersion), sizeof kVersion);
    while (data.size() > 3) {
        const char kind = static_cast<char>(1 + static_cast<std::uint8_t>(data[0]) % 5);
        const auto length = static_cast<std::size_t>(static_cast<std::uint8_t>(data[1]) |
                                                     static_cast<std::uint8_t>(data[2]) << 8);
        const std::string_view payload = data.substr(3, length);
        const auto size = static_cast<std::uint32_t>(payload.size());
        bytes.append(reinterpret_cast<const char*>(&size), sizeof size);
        bytes += kind;
        bytes += payload;
        data.remove_prefix(3 + payload.size());
    }
    return bytes;
}

void try_all(std::string bytes) {
    std::string why;
    const auto trace = Trace::read(std::move(bytes), why);
    if (!trace) return;
    for (const auto& [number, guest] : trace->guests()) {
        Exchange exchange(*trace, {number});
        const Limits limits{std::uint64_t{1} << 20, std::chrono::milliseconds(0)};
        Replayer replayer(*trace, number, kPlugin, exchange, false, limits);
        (void)replayer.run([](const Call&) {});
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    try_all(std::string(bytes));
    try_all(records(bytes));
    return 0;
}

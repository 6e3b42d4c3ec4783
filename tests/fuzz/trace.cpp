// Any bytes as a trace of calls: what is not refused is replayed against a plugin that follows
// every index of what it is given and writes all of what it may.
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

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
                               [](weft_str) -> const void* { return nullptr; }};
const weft_plugin kPlugin = {sizeof kPlugin, 1, 1, 0, {"", 0}, &kApi};

// A byte that says the kind, two the length, then as many: the payloads of records.
std::string records(std::string_view data) {
    std::string bytes(kMagic);
    bytes.append(reinterpret_cast<const char*>(&kVersion), sizeof kVersion);
    while (data.size() > 3) {
        const char kind = static_cast<char>(1 + static_cast<std::uint8_t>(data[0]) % 4);
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
        Replayer replayer(*trace, number, kPlugin, false, std::uint64_t{1} << 24);
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

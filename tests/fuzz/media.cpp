// `load` on any bytes: pictures, sound and films through the same code as files, from memory. The
// first byte chooses what is asked of them.
#include <weft/backend.h>
#include <weft/cpp/points.hpp>

#include <array>
#include <cstdlib>
#include <span>

#include "av_log.h"
#include "load.h"

namespace {

// Small enough that a hostile size costs no time, large enough that real files get through.
constexpr weft::media::Limits kLimits = {2048, 16u << 20, 16u << 20};

weft_status memory_alloc(void*, uint64_t size, uint32_t, weft_memory* memory, weft_error*) {
    *memory = {std::calloc(size, 1), size, -1, 0, nullptr};
    return memory->data ? WEFT_OK : WEFT_UNAVAILABLE;
}

void memory_free(void*, weft_memory* memory) {
    std::free(memory->data);
}

const weft_host* host_table() {
    static const weft_host host = [] {
        weft_host table = {};
        table.struct_size = sizeof table;
        table.memory_alloc = memory_alloc;
        table.memory_free = memory_free;
        return table;
    }();
    return &host;
}

void read(weft::media::Source& source, double time) {
    std::array<double, WEFT_FIELD_COUNT> constants{};
    constants[WEFT_FIELD_X] = 0.3;
    constants[WEFT_FIELD_Y] = 0.8;
    constants[WEFT_FIELD_TIME] = time;
    const weft_points points = weft::cpp::one_point(constants.data(), nullptr, nullptr);
    double value = 0;
    (void)source.values(0, points, &value).ok();
    weft_frame frame = {};
    frame.struct_size = sizeof frame;
    frame.fields = constants.data();
    (void)source.execute(frame).ok();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    static const weft::media::Services services(host_table());
    static const bool quiet = (weft::media::open_log(&services), true);
    (void)quiet;
    if (size < 1) return 0;
    weft::media::LoadOptions options;
    options.path = "input";
    options.outputs = 1 + (data[0] & 3u);
    options.window = data[0] & 4u;
    if (data[0] & 8u) options.stream = "sound";
    weft::media::OpenedSource source = weft::media::open_media(
        weft::media::borrow_memory(std::span(data + 1, size - 1)), options, kLimits, services);
    if (!source.ok()) return 0;
    for (const double time : {0.0, 0.4, 1e9, 0.1}) read(**source, time);
    return 0;
}

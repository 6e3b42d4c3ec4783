// Tables of extensions: whole, the same every time, and none for what nobody knows; and the small
// extensions that only tell something.
#include "driver/validate/extensions.h"

#include <fmt/format.h>
#include <weft/async.h>
#include <weft/audio.h>
#include <weft/calls.h>
#include <weft/control.h>
#include <weft/counters.h>
#include <weft/devices.h>
#include <weft/gather.h>
#include <weft/memory.h>
#include <weft/residency.h>
#include <weft/semaphore.h>
#include <weft/window.h>
#include <weft/writer.h>

#include <cstring>

namespace weft::validate {
namespace {

struct Table {
    std::string_view id;
    std::string_view type;
};
constexpr Table kTables[] = {
    {WEFT_MEMORY_EXTENSION, "weft_memory_api"},       {WEFT_ASYNC_EXTENSION, "weft_async_api"},
    {WEFT_SEMAPHORE_EXTENSION, "weft_semaphore_api"}, {WEFT_GATHER_EXTENSION, "weft_gather_api"},
    {WEFT_RESIDENCY_EXTENSION, "weft_residency_api"}, {WEFT_DEVICES_EXTENSION, "weft_devices_api"},
    {WEFT_COUNTERS_EXTENSION, "weft_counters_api"},   {WEFT_AUDIO_EXTENSION, "weft_audio_api"},
    {WEFT_CONTROL_EXTENSION, "weft_control_api"},     {WEFT_TEMPO_EXTENSION, "weft_control_api"},
    {WEFT_WINDOW_EXTENSION, "weft_window_api"},       {WEFT_WRITER_EXTENSION, "weft_writer_api"},
};

struct Function {
    std::string_view type;
    std::string_view name;
    std::size_t offset;
    bool optional;
    std::uint32_t since;
};
constexpr Function kFunctions[] = {
#define WEFT_CALL(number, table, function, side, threads, state, tags, since) \
    {#table, #function, offsetof(table, function), ((tags)&WEFT_CALL_OPTIONAL) != 0, since},
#include <weft/calls.def>
};

void check_table(Context& context, const Table& table, const char* memory) {
    // Every table of functions begins with its size.
    std::uint32_t size = 0;
    std::memcpy(&size, memory, sizeof size);
    for (const Function& function : kFunctions) {
        if (function.type != table.type) continue;
        const bool there = size >= function.offset + sizeof(void*);
        if (!there && function.since > context.plugin().abi_target) continue;
        if (!context.expect(there,
                            fmt::format("the table of {} ends before {}", table.id, function.name)))
            return;
        void* pointer = nullptr;
        std::memcpy(&pointer, memory + function.offset, sizeof pointer);
        context.expect(pointer || function.optional,
                       fmt::format("the table of {} has no {}", table.id, function.name));
    }
}

void check_devices(Context& context, const weft_devices_api& api) {
    constexpr std::uint32_t kRoom = 8;
    weft_device devices[kRoom] = {};
    for (weft_device& device : devices) device.struct_size = sizeof device;
    std::uint32_t none = 0, count = 0;
    weft_error error = empty_error();
    const auto list = [&](std::uint32_t room, std::uint32_t* found) {
        return context.calls().call("weft_devices_api.list", "", [&] {
            return api.list(room ? devices : nullptr, room, found, &error);
        });
    };
    const weft_status status = list(0, &none);
    if (!context.expect_error("list", status, error) || status != WEFT_OK) return;
    (void)list(kRoom, &count);
    context.expect(count == none, "list counts other devices with room for them than without");
    int chosen = 0;
    for (std::uint32_t i = 0; i < std::min(count, kRoom); ++i) chosen += devices[i].chosen != 0;
    context.expect(chosen <= 1, "list says of several devices that they are the chosen one");
}

void check_residency(Context& context, const weft_residency_api& api) {
    weft_backend* const backend = context.backend();
    if (!backend) return;
    weft_residency residency{};
    residency.struct_size = sizeof residency;
    weft_error error = empty_error();
    const weft_status status = context.calls().call("weft_residency_api.residency", "", [&] {
        return api.residency(backend, &residency, &error);
    });
    if (!context.expect(status == WEFT_OK, "residency fails: " + said(status, error))) return;
    context.expect(memchr(residency.device, 0, sizeof residency.device) != nullptr &&
                       memchr(residency.largest, 0, sizeof residency.largest) != nullptr,
                   "residency writes a text without an end");
}

void check_counters(Context& context, const weft_counters_api& api) {
    std::vector<Work> works = context.works();
    if (context.ended()) return;
    const Instance instance = instance_of(context);
    Driven program(context, instance, works.front());
    if (!program.ok()) return;
    for (std::int64_t n = 0; n < 3; ++n) {
        Frame frame(works.front(), n);
        if (!program.run(frame)) return;
    }
    weft_counters counters{};
    counters.struct_size = sizeof counters;
    weft_error error = empty_error();
    const weft_status status = context.calls().call("weft_counters_api.counters", "", [&] {
        return api.counters(program.program(), &counters, &error);
    });
    if (!context.expect(status == WEFT_OK, "counters fails: " + said(status, error))) return;
    context.expect(counters.frames == 3,
                   fmt::format("counters say {} frames after 3", counters.frames));
}

}  // namespace

void check_tables(Context& context) {
    for (const std::string_view unknown : {"weft.nothing/1", "weft.memory/999", "weft.memory", ""})
        context.expect(!context.calls().extension(unknown),
                       fmt::format("it has a table for '{}', which nobody knows", unknown));
    bool any = false;
    for (const Table& table : kTables) {
        const void* const memory = context.calls().extension(table.id);
        if (!memory) continue;
        any = true;
        context.expect(context.calls().extension(table.id) == memory,
                       fmt::format("{} is another table each time", table.id));
        check_table(context, table, static_cast<const char*>(memory));
    }
    if (!any) context.skip("it has no extensions");
}

void check_counts(Context& context) {
    const auto* const devices = context.extension<weft_devices_api>(WEFT_DEVICES_EXTENSION);
    const auto* const residency = context.extension<weft_residency_api>(WEFT_RESIDENCY_EXTENSION);
    const auto* const counters = context.extension<weft_counters_api>(WEFT_COUNTERS_EXTENSION);
    if (!devices && !residency && !counters)
        return context.skip("it has none of weft.devices/1, weft.residency/1, weft.counters/1");
    if (devices) check_devices(context, *devices);
    if (residency && !context.ended()) check_residency(context, *residency);
    if (counters && !context.ended()) check_counters(context, *counters);
}

}  // namespace weft::validate

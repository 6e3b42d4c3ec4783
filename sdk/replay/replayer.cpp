#include "replay/replayer.h"

#include <algorithm>
#include <cstdio>
#include <cstring>

#include <weft/async.h>
#include <weft/counters.h>
#include <weft/devices.h>
#include <weft/gather.h>
#include <weft/residency.h>

namespace weft::replay {
namespace {

constexpr std::size_t kMostDifferences = 10;

std::string_view view(const weft_str& text) {
    return {text.data, static_cast<std::size_t>(text.size)};
}

}  // namespace

std::string text_of(const Trace& trace, const Call& call) {
    const auto guest = trace.guests().find(call.head.guest);
    const std::string name =
        guest != trace.guests().end() ? std::string(view(guest->second.name)) : "?";
    return "call " + std::to_string(call.head.id) + ", " +
           std::string(row_name(call.head.function)) + " of '" + name + "'";
}

Replayer::Replayer(const Trace& trace, std::uint32_t guest, const weft_plugin& plugin,
                   Exchange& exchange, bool verbose, Limits limits)
    : trace_(trace),
      guest_(guest),
      limits_(limits),
      api_(*plugin.backend),
      exchange_(exchange),
      host_(trace, exchange, verbose) {}

// Within another call of the plugin it is the answer to a getter, which the trace gives.
bool Replayer::is_made(const Call& call) {
    if (call.head.guest != guest_ || is_host_call(call.head.function) || call.head.within != 0)
        return false;
    if (call.head.complete != 0) return true;
    ++left_out_;
    remark(call, "the trace does not hold its arguments");
    return false;
}

void Replayer::set_memory(const Record& record) {
    Arena arena;
    host_.set_memory(Trace::parse<MemoryRecord>(record.payload, arena));
}

weft_error* Replayer::clear_error() {
    error_ = {};
    error_.struct_size = sizeof error_;
    error_.span.file = WEFT_NO_FILE;
    return &error_;
}

Answer Replayer::expected(const Call& call) {
    if (call.end == 0) return {};
    return Trace::parse<Answer>(trace_.records()[call.end].payload, arena_);
}

void Replayer::differ(const Call& call, const std::string& what) {
    ++difference_count_;
    if (differences_.size() < kMostDifferences)
        differences_.push_back(text_of(trace_, call) + ": " + what);
}

void Replayer::leave_out(const Call& call, const std::string& why) {
    ++left_out_;
    --made_;
    remark(call, "left out, as " + why);
}

void Replayer::remark(const Call& call, const std::string& why) {
    for (Remark& before : remarks_) {
        if (before.why != why) continue;
        ++before.more;
        return;
    }
    remarks_.push_back({text_of(trace_, call), why, 0});
}

std::vector<std::string> Replayer::remarks() const {
    std::vector<std::string> lines;
    for (const Remark& remark : remarks_) {
        lines.push_back(remark.call + ": " + remark.why);
        if (remark.more != 0) lines.back() += " (and " + std::to_string(remark.more) + " more)";
    }
    return lines;
}

void Replayer::compare(const Call& call, const Answer& before, weft_status status) {
    if (call.end == 0) {
        differ(call, "the trace ends within it; here it returned " + std::to_string(status));
    } else if (before.status != status) {
        std::string what =
            "status " + std::to_string(status) + ", it was " + std::to_string(before.status);
        if (status != WEFT_OK)
            what += ": " + std::string(error_.message, strnlen(error_.message, 512));
        differ(call, what);
    }
}

// What was not written then, and is large, is not known.
void Replayer::compare_targets(const Call& call, const Answer& before,
                               const std::vector<Target>& targets) {
    for (std::size_t i = 0; i < targets.size() && i < before.written_count; ++i) {
        const std::vector<char>& memory = targets[i].memory;
        const Written& written = before.written[i];
        if (memory.size() == written.size && written.hash != targets[i].before &&
            hash_of(memory.data(), memory.size()) != written.hash)
            differ(call, "target " + std::to_string(i) + " holds something else");
    }
}

void Replayer::make(const Call& call) {
    ++made_;
    arena_ = {};
    const std::string_view row = row_name(call.head.function);
    const std::string_view of = row.substr(0, row.find('.'));
    if (of == "weft_writer_api") return make_writer_call(call);
    if (of == "weft_control_api") return make_session_call(call);
    if (of == "weft_semaphore_api") return make_semaphore_call(call);
    if (of == "weft_window_api") return make_window_call(call);
    if (of == "weft_audio_api") return make_stream_call(call);
    make_backend_call(call);
}

void Replayer::make_backend_call(const Call& call) {
    weft_error* const error = clear_error();
    switch (call.head.function) {
        case row_weft_backend_api_describe: (void)api_.describe(); return;
        case row_weft_backend_api_probe: {
            weft_probe probe{};
            probe.struct_size = sizeof probe;
            return compare(call, expected(call), api_.probe(&probe, error));
        }
        case row_weft_backend_api_extension: {
            const auto asked = Trace::parse<ExtensionCall>(call.arguments, arena_);
            if (api_.extension != nullptr) (void)api_.extension(asked.id);
            return;
        }
        case row_weft_backend_api_compile: return compile(call);
        case row_weft_backend_api_execute: return execute(call);
        case row_weft_backend_api_get_handle: return get_handle(call);
        case row_weft_backend_api_get_values: return get_values(call);
        default: break;
    }
    const auto plain = call.head.function == row_weft_backend_api_create ||
                               call.head.function == row_weft_backend_api_cancel ||
                               call.head.function == row_weft_backend_api_release ||
                               call.head.function == row_weft_backend_api_cleanup
                           ? Trace::parse<PlainCall>(call.arguments, arena_)
                           : PlainCall{};
    switch (call.head.function) {
        case row_weft_backend_api_create: {
            weft_backend* backend = nullptr;
            const weft_host* host = host_.table(static_cast<std::uint32_t>(plain.a),
                                                static_cast<std::uint32_t>(plain.b));
            const Answer before = expected(call);
            compare(call, before, api_.create(host, &backend, error));
            set_object(before.made, backend);
            return;
        }
        case row_weft_backend_api_cancel:
            if (auto* program = object<weft_program>(plain.object); program && api_.cancel)
                api_.cancel(program);
            return;
        case row_weft_backend_api_release:
            if (plain.object != 0 && object<weft_program>(plain.object) == nullptr)
                return leave_out(call, kNoProgram);
            api_.release(object<weft_program>(plain.object));
            forget<weft_program>(plain.object);
            programs_.erase(plain.object);
            return;
        case row_weft_backend_api_cleanup:
            api_.cleanup(object<weft_backend>(plain.object));
            forget<weft_backend>(plain.object);
            return;
        default: return make_extension_call(call);
    }
}

void Replayer::make_extension_call(const Call& call) {
    weft_error* const error = clear_error();
    switch (call.head.function) {
        case row_weft_async_api_submit: return submit(call);
        case row_weft_async_api_wait: return wait(call);
        case row_weft_gather_api_gather: return gather(call);
        case row_weft_memory_api_trial_begin: return begin_trial(call);
        case row_weft_memory_api_trial_end: return end_trial(call);
        case row_weft_memory_api_trial_read: return read_trial(call);
        default: break;
    }
    const auto plain = Trace::parse<PlainCall>(call.arguments, arena_);
    auto* const backend = object<weft_backend>(plain.object);
    switch (call.head.function) {
        case row_weft_counters_api_counters: {
            const auto* api = table<weft_counters_api>(WEFT_COUNTERS_EXTENSION);
            auto* const program = object<weft_program>(plain.object);
            weft_counters counters{};
            counters.struct_size = sizeof counters;
            if (api == nullptr || program == nullptr) return;
            return compare(call, expected(call), api->counters(program, &counters, error));
        }
        case row_weft_residency_api_residency: {
            const auto* api = table<weft_residency_api>(WEFT_RESIDENCY_EXTENSION);
            weft_residency residency{};
            residency.struct_size = sizeof residency;
            if (api != nullptr && backend != nullptr)
                (void)api->residency(backend, &residency, error);
            return;
        }
        case row_weft_devices_api_list: {
            const auto* api = table<weft_devices_api>(WEFT_DEVICES_EXTENSION);
            weft_device devices[16] = {};
            for (weft_device& device : devices) device.struct_size = sizeof device;
            std::uint32_t count = 0;
            if (api != nullptr) (void)api->list(devices, 16, &count, error);
            return;
        }
        case row_weft_memory_api_caps: {
            const auto* api = table<weft_memory_api>(WEFT_MEMORY_EXTENSION);
            weft_memory_caps caps{};
            caps.struct_size = sizeof caps;
            if (api == nullptr || backend == nullptr) return;
            return compare(call, expected(call), api->caps(backend, &caps, error));
        }
        default: return leave_out(call, "it is not known how to make it");
    }
}

void Replayer::compile(const Call& call) {
    auto asked = Trace::parse<CompileCall>(call.arguments, arena_);
    auto* const backend = object<weft_backend>(asked.backend);
    if (backend == nullptr) return;
    asked.batch.struct_size = sizeof asked.batch;
    // Lent memory and programs to take over are those of this run.
    auto* const homes = const_cast<const weft_handle**>(asked.batch.homes);
    for (std::uint32_t i = 0; homes != nullptr && i < asked.batch.output_count; ++i) {
        auto* const home = const_cast<weft_handle*>(homes[i]);
        if (home != nullptr && !host_.make_real(*home)) homes[i] = nullptr;
    }
    for (std::uint32_t i = 0; asked.batch.inherit != nullptr && i < asked.batch.output_count; ++i) {
        weft_inherit& inherit = asked.batch.inherit[i];
        inherit.program = object<weft_program>(reinterpret_cast<std::uintptr_t>(inherit.program));
    }
    weft_program* program = nullptr;
    weft_error* const error = clear_error();
    const Answer before = expected(call);
    compare(call, before, api_.compile(backend, &asked.batch, &program, error));
    if (program == nullptr || before.made == 0) return;
    Program made{program, asked.batch.param_count, 0, {}};
    for (std::uint32_t i = 0; i < asked.batch.kernel_count; ++i)
        made.uniforms = std::max(made.uniforms, asked.batch.kernels[i].first_uniform +
                                                    asked.batch.kernels[i].ir.uniform_count);
    for (std::uint32_t i = 0; i < asked.batch.output_count; ++i) {
        const weft_output& output = asked.batch.outputs[i];
        if (output.kind != WEFT_OUTPUT_TARGET) continue;
        if (made.targets.size() <= output.target) made.targets.resize(output.target + 1);
        made.targets[output.target] =
            std::max(made.targets[output.target], extent_of(output.grid).size());
    }
    set_object(before.made, program);
    programs_[before.made] = std::move(made);
}

}  // namespace weft::replay

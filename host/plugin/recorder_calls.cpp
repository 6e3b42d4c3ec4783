// What is recorded of each function: its arguments, its answer, and what later calls need to know.
#include <algorithm>
#include <cstring>

#include <weft/async.h>
#include <weft/gather.h>
#include <weft/semaphore.h>

#include "plugin/recorder.h"
#include "plugin/recorder_put.h"

namespace weft::plugin {
namespace {

using replay::Out;
using replay::PlainCall;

// Handles that were looked up, and outputs that were exposed, by the compile that the thread is in.
thread_local std::vector<weft_handle> t_looked_up;
thread_local std::vector<std::pair<std::uint64_t, std::uint32_t>> t_exposed;  // id, axes

// Of a picture in the memory that a writer is given.
std::uint64_t picture_size(const weft_writer_options& options, std::uint64_t row_stride,
                           std::uint64_t plane_stride) {
    return options.picture_format == WEFT_FORMAT_F32 ? 4 * plane_stride
                                                     : row_stride * options.height;
}

constexpr std::uint64_t kMostBefore = 1u << 16;

std::vector<replay::TargetBefore> targets_before(const weft_frame& frame,
                                                 const std::set<std::uint32_t>& own) {
    std::vector<replay::TargetBefore> before(frame.target_count);
    for (const std::uint32_t i : own) {
        if (i >= frame.target_count) continue;
        const weft_target& target = frame.targets[i];
        before[i].hash = replay::hash_of(target.data, target.size);
        if (target.size > kMostBefore) continue;
        before[i].size = target.size;
        before[i].bytes = static_cast<const char*>(target.data);
    }
    return before;
}

// What a trial reads in host memory.
replay::MemoryRecord held_by(const weft_handle& handle, std::uint64_t most) {
    replay::MemoryRecord held;
    held.view = number_of(handle.view);
    if (handle.kind != WEFT_HANDLE_HOST || handle.view == nullptr || handle.view->data == nullptr)
        return held;
    held.generation = handle.view->generation;
    held.tick = handle.view->tick;
    const replay::Extent extent = replay::extent_of(handle.grid);
    held.low = extent.low;
    held.size = extent.size();
    held.too_large = held.size > most;
    if (held.too_large == 0) held.bytes = static_cast<const char*>(handle.view->data) + extent.low;
    return held;
}

}  // namespace

std::shared_ptr<const Recorder::Program> Recorder::program(const Crossing& call) {
    const std::lock_guard lock(mutex_);
    const auto found = programs_.find({call.guest.number, call.object});
    return found == programs_.end() ? nullptr : found->second;
}

Recorder::Opened Recorder::opened(const Crossing& call) {
    const std::lock_guard lock(mutex_);
    const auto found = opened_.find({call.guest.number, call.object});
    return found == opened_.end() ? Opened() : found->second;
}

// False: of a program that is not known.
bool Recorder::frame_of(const Crossing& call, replay::FrameCall& told,
                        std::vector<replay::TargetBefore>& before) {
    const auto of = program(call);
    if (of == nullptr) return false;
    const weft_frame& frame = *call.argument<const weft_frame*>(1);
    before = targets_before(frame, of->targets);
    told = {number_of(call.object), frame, {of->params, of->uniforms}, before.data()};
    return true;
}

// False: what is needed to call it again is not known; it is listed in a trace.
bool Recorder::arguments(const Crossing& call, Out& out) {
    const std::uint64_t object = number_of(call.object);
    switch (call.function) {
        case Function::weft_backend_api_describe:
        case Function::weft_backend_api_probe:
        case Function::weft_devices_api_list:
        case Function::weft_backend_api_cancel:
        case Function::weft_backend_api_release:
        case Function::weft_backend_api_cleanup:
        case Function::weft_counters_api_counters:
        case Function::weft_residency_api_residency:
        case Function::weft_memory_api_caps: return put(out, PlainCall{object});
        case Function::weft_backend_api_create: {
            const weft_host* host = call.argument<const weft_host*>(0);
            return put(out, PlainCall{0, host->struct_size, host->abi_version});
        }
        case Function::weft_backend_api_extension:
            return put(out, replay::ExtensionCall{call.argument<weft_str>(0)});
        case Function::weft_backend_api_compile: {
            t_looked_up.clear();
            t_exposed.clear();
            return put(out, replay::CompileCall{object, *call.argument<const weft_batch*>(1)});
        }
        case Function::weft_backend_api_get_handle:
            return put(out, PlainCall{object, call.argument<std::uint32_t>(1),
                                      call.argument<weft_handle*>(2)->kind});
        case Function::weft_backend_api_get_values: {
            const auto of = program(call);
            replay::ValuesCall told{object, call.argument<std::uint32_t>(1), of ? of->params : 0,
                                    *call.argument<const weft_points*>(2)};
            if (told.params == 0) told.points.params = nullptr;
            return put(out, told);
        }
        case Function::weft_backend_api_execute:
        case Function::weft_async_api_submit: {
            replay::FrameCall told;
            std::vector<replay::TargetBefore> before;
            return frame_of(call, told, before) && put(out, told);
        }
        case Function::weft_async_api_wait:
            return put(out, PlainCall{object, call.argument<std::uint64_t>(1),
                                      call.argument<std::uint64_t>(2)});
        case Function::weft_gather_api_gather: {
            const auto of = program(call);
            const auto output = call.argument<std::uint32_t>(1);
            if (of == nullptr || !of->axes.contains(output)) return false;
            return put(out, replay::GatherCall{object, output, of->axes.at(output),
                                               call.argument<std::uint64_t>(2),
                                               call.argument<const double* const*>(3)});
        }
        case Function::weft_memory_api_trial_begin:
            return put(out,
                       PlainCall{object, call.argument<std::uint64_t>(2),
                                 call.argument<std::uint32_t>(1), call.argument<std::uint32_t>(3)});
        case Function::weft_memory_api_trial_end:
            return put(out, PlainCall{object, number_of(call.argument<weft_trial*>(1))});
        case Function::weft_memory_api_trial_read: {
            const weft_handle& handle = *call.argument<const weft_handle*>(1);
            return put(out, replay::TrialReadCall{object, handle, held_by(handle, most_memory_)});
        }
        default: break;
    }
    if (call.row().table == "weft_writer_api") return arguments_of_writer(call, out);
    if (call.row().table == "weft_control_api") return arguments_of_session(call, out);
    if (call.row().table == "weft_semaphore_api") return arguments_of_semaphore(call, out);
    if (call.row().table == "weft_window_api") return arguments_of_window(call, out);
    if (call.row().table == "weft_audio_api") return arguments_of_stream(call, out);
    return call.row().side == WEFT_CALL_HOST && arguments_of_host(call, out);
}

bool Recorder::arguments_of_writer(const Crossing& call, Out& out) {
    const std::uint64_t object = number_of(call.object);
    const weft_writer_options options = opened(call).options;
    switch (call.function) {
        case Function::weft_writer_api_open:
            return put(out, replay::OpenWriterCall{call.argument<weft_str>(0),
                                                   *call.argument<const weft_writer_options*>(1)});
        case Function::weft_writer_api_picture: {
            const auto row = call.argument<std::uint64_t>(2);
            const auto plane = call.argument<std::uint64_t>(3);
            const auto* pixels = static_cast<const char*>(call.argument<const void*>(1));
            return put(out, replay::MemoryCall{object, row, plane,
                                               picture_size(options, row, plane), pixels});
        }
        case Function::weft_writer_api_sound: {
            const auto* samples = call.argument<const float*>(1);
            const auto count = call.argument<std::uint64_t>(2);
            const auto stride = call.argument<std::uint64_t>(3);
            std::vector<float> packed;
            for (std::uint32_t c = 0; c < options.channels; ++c)
                packed.insert(packed.end(), samples + c * stride, samples + c * stride + count);
            return put(out, replay::MemoryCall{object, count, 0, packed.size() * sizeof(float),
                                               reinterpret_cast<const char*>(packed.data())});
        }
        case Function::weft_writer_api_row:
            return put(out, replay::MemoryCall{
                                object, 0, 0, options.column_count * sizeof(double),
                                reinterpret_cast<const char*>(call.argument<const double*>(1))});
        default: return put(out, PlainCall{object});
    }
}

bool Recorder::arguments_of_semaphore(const Crossing& call, Out& out) {
    const std::uint64_t object = number_of(call.object);
    switch (call.function) {
        case Function::weft_semaphore_api_import:
            return put(
                out, PlainCall{object, static_cast<std::uint64_t>(call.argument<std::int32_t>(1))});
        case Function::weft_semaphore_api_release:
        case Function::weft_semaphore_api_unblock:
            return put(out, PlainCall{object, number_of(call.argument<weft_semaphore*>(1))});
        case Function::weft_semaphore_api_trial_end:
            return put(out, PlainCall{object, number_of(call.argument<weft_order_trial*>(1))});
        case Function::weft_semaphore_api_submit: {
            replay::OrderedCall told;
            std::vector<replay::TargetBefore> before;
            if (!frame_of(call, told.work, before)) return false;
            told.waits = call.argument<weft_semaphore* const*>(2);
            told.wait_count = call.argument<std::uint32_t>(3);
            told.signals = call.argument<weft_semaphore* const*>(4);
            told.signal_count = call.argument<std::uint32_t>(5);
            return put(out, told);
        }
        case Function::weft_semaphore_api_trial_write:
            return put(
                out, replay::OrderTrialCall{object, number_of(call.argument<const weft_trial*>(1)),
                                            *call.argument<const weft_handle*>(2),
                                            number_of(call.argument<weft_semaphore*>(4)),
                                            call.argument<std::uint32_t>(3), 0});
        case Function::weft_semaphore_api_trial_read:
            return put(
                out, replay::OrderTrialCall{object, number_of(call.argument<const weft_trial*>(1)),
                                            *call.argument<const weft_handle*>(2),
                                            number_of(call.argument<weft_semaphore*>(3)), 0,
                                            call.argument<std::uint64_t>(4)});
        default: return put(out, PlainCall{object});
    }
}

bool Recorder::arguments_of_host(const Crossing& call, Out& out) {
    switch (call.function) {
        case Function::weft_host_log:
            return put(out, replay::ExtensionCall{call.argument<weft_str>(2)});
        case Function::weft_host_lookup:
        case Function::weft_host_memory_alloc:
        case Function::weft_host_device_memory:
            return put(out, PlainCall{0, call.argument<std::uint64_t>(1)});
        case Function::weft_host_expose: {
            const auto* handle = call.argument<const weft_handle*>(2);
            if (handle == nullptr) return false;
            const auto id = call.argument<std::uint64_t>(1);
            t_exposed.emplace_back(id, handle->grid.axis_count);
            return put(out, replay::ExposeCall{id, *handle});
        }
        case Function::weft_binding_get_values: {
            replay::ValuesCall told{number_of(call.argument<void*>(0)), 0, 0,
                                    *call.argument<const weft_points*>(1)};
            told.points.params = nullptr;
            return put(out, told);
        }
        default: return put(out, PlainCall{});
    }
}

// --- Answers -------------------------------------------------------------------------------------

void Recorder::answer(const Crossing& call, replay::Answer& answer) {
    answer.threw = call.error != nullptr && call.result == nullptr;
    if (call.status != nullptr) answer.status = *call.status;
    if (answer.status != WEFT_OK) {
        if (call.error != nullptr)
            answer.message = {call.error->message,
                              strnlen(call.error->message, sizeof call.error->message)};
        return;
    }
    if (call.result == nullptr) return;
    if (call.made != nullptr) answer.made = number_of(*call.made);
    const auto give_handle = [&](const weft_handle& handle) {
        answer.has_handle = 1;
        answer.handle = handle;
    };
    switch (call.function) {
        case Function::weft_backend_api_get_handle:
            return give_handle(*call.argument<weft_handle*>(2));
        case Function::weft_backend_api_get_values:
            answer.value_count = call.argument<const weft_points*>(2)->count;
            answer.values = call.argument<double*>(3);
            return;
        case Function::weft_binding_get_values:
            answer.value_count = call.argument<const weft_points*>(1)->count;
            answer.values = call.argument<double*>(2);
            return;
        case Function::weft_async_api_submit:
            answer.number = *call.argument<std::uint64_t*>(2);
            return;
        case Function::weft_memory_api_trial_begin:
            answer.made = number_of(*call.argument<weft_trial**>(5));
            return give_handle(*call.argument<weft_handle*>(4));
        case Function::weft_memory_api_trial_read:
            answer.number = *call.argument<std::uint64_t*>(2);
            return;
        case Function::weft_semaphore_api_create:
            answer.made = number_of(*call.argument<weft_semaphore**>(1));
            answer.number = static_cast<std::uint64_t>(*call.argument<std::int32_t*>(2));
            return;
        case Function::weft_semaphore_api_import:
            answer.made = number_of(*call.argument<weft_semaphore**>(2));
            return;
        case Function::weft_semaphore_api_submit:
            answer.number = *call.argument<std::uint64_t*>(6);
            return;
        case Function::weft_semaphore_api_trial_write:
            answer.made = number_of(*call.argument<weft_order_trial**>(5));
            return;
        case Function::weft_semaphore_api_trial_read:
            answer.number = *call.argument<std::uint64_t*>(5);
            return;
        case Function::weft_host_lookup: {
            const weft_binding& binding = *call.argument<weft_binding*>(2);
            answer.number = binding.kind;
            answer.getter = number_of(binding.getter);
            if (binding.kind == WEFT_HANDLE_HOST && binding.handle.view != nullptr)
                t_looked_up.push_back(binding.handle);
            return give_handle(binding.handle);
        }
        case Function::weft_host_concurrency:
            answer.number = *static_cast<const std::uint32_t*>(call.result);
            return;
        case Function::weft_host_device_memory:
            answer.number = *static_cast<const std::uint64_t*>(call.result);
            return;
        default: return;
    }
}

// Targets are complete when execute has returned; those of submitted work when it was waited for.
std::vector<replay::Written> Recorder::written(const Crossing& call) {
    std::vector<weft_target> targets;
    if (call.status == nullptr || *call.status != WEFT_OK) return {};
    if (call.function == Function::weft_backend_api_execute) {
        const weft_frame& frame = *call.argument<const weft_frame*>(1);
        targets.assign(frame.targets, frame.targets + frame.target_count);
    } else if (call.function == Function::weft_async_api_submit ||
               call.function == Function::weft_semaphore_api_submit) {
        const std::size_t value = call.function == Function::weft_async_api_submit ? 2 : 6;
        const weft_frame& frame = *call.argument<const weft_frame*>(1);
        const std::lock_guard lock(mutex_);
        pending_[{call.guest.number, nullptr}].push_back(
            {*call.argument<std::uint64_t*>(value),
             {frame.targets, frame.targets + frame.target_count}});
    } else if (call.function == Function::weft_async_api_wait) {
        const std::lock_guard lock(mutex_);
        auto& pending = pending_[{call.guest.number, nullptr}];
        std::erase_if(pending, [&](const Pending& work) {
            if (work.value > call.argument<std::uint64_t>(1)) return false;
            targets.insert(targets.end(), work.targets.begin(), work.targets.end());
            return true;
        });
    }
    std::vector<replay::Written> written;
    for (const weft_target& target : targets)
        written.push_back({target.size, replay::hash_of(target.data, target.size)});
    return written;
}

void Recorder::note_made(const Crossing& call) {
    if (call.function == Function::weft_backend_api_release) {
        const std::lock_guard lock(mutex_);
        programs_.erase({call.guest.number, call.object});
    }
    if (call.status == nullptr || *call.status != WEFT_OK || call.made == nullptr) return;
    const Key key{call.guest.number, *call.made};
    if (call.function == Function::weft_backend_api_compile) {
        const weft_batch& batch = *call.argument<const weft_batch*>(1);
        auto made = std::make_shared<Program>();
        made->params = batch.param_count;
        for (std::uint32_t i = 0; i < batch.kernel_count; ++i)
            made->uniforms = std::max(
                made->uniforms, batch.kernels[i].first_uniform + batch.kernels[i].ir.uniform_count);
        for (std::uint32_t i = 0; i < batch.output_count; ++i)
            for (const auto& [id, axes] : t_exposed)
                if (id == batch.outputs[i].id) made->axes[i] = axes;
        for (std::uint32_t i = 0; i < batch.output_count; ++i)
            if (batch.outputs[i].kind == WEFT_OUTPUT_TARGET)
                made->targets.insert(batch.outputs[i].target);
        made->inputs = t_looked_up;
        const std::lock_guard lock(mutex_);
        programs_[key] = std::move(made);
    } else if (call.function == Function::weft_writer_api_open) {
        const std::lock_guard lock(mutex_);
        opened_[key].options = *call.argument<const weft_writer_options*>(1);
    } else if (call.function == Function::weft_control_api_open) {
        const weft_control_wish& wish = *call.argument<const weft_control_wish*>(1);
        const std::lock_guard lock(mutex_);
        Opened& session = opened_[key];
        session.sinks.clear();
        for (std::uint32_t i = 0; i < wish.sink_count; ++i)
            session.sinks.push_back(wish.sinks[i].value_count);
    }
}

}  // namespace weft::plugin

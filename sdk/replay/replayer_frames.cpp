// The calls of a frame: what a plugin computes, and whether it is what it was.
#include <algorithm>
#include <cstring>

#include <weft/async.h>
#include <weft/gather.h>

#include "replay/replayer.h"

namespace weft::replay {
bool Replayer::prepare(const Call& call, FrameCall& frame, const Program& program,
                       std::vector<Target>& memory, std::vector<weft_target>& targets) {
    weft_frame& f = frame.frame;
    bool fits = frame.sizes.params >= program.params && frame.sizes.uniforms >= program.uniforms &&
                (frame.sizes.params == 0 || f.params != nullptr) &&
                (frame.sizes.uniforms == 0 || f.uniforms != nullptr) &&
                (f.target_count == 0 || f.targets != nullptr) &&
                f.target_count >= program.targets.size();
    std::uint64_t all = 0;
    for (std::uint32_t i = 0; fits && i < f.target_count; ++i) {
        const std::uint64_t least = i < program.targets.size() ? program.targets[i] : 0;
        all += std::min(f.targets[i].size, limits_.most_memory);
        fits = f.targets[i].size >= least && all < limits_.most_memory;
    }
    if (!fits) {
        refused_ = text_of(trace_, call) + ": its frame does not fit its program";
        return false;
    }
    for (std::uint32_t i = 0; i < f.target_count; ++i) {
        Target& target = memory.emplace_back();
        target.memory.resize(f.targets[i].size);
        targets.push_back({target.memory.data(), f.targets[i].size});
        if (frame.before == nullptr) continue;
        const TargetBefore& before = frame.before[i];
        target.before = before.hash;
        if (before.bytes != nullptr && before.size == f.targets[i].size)
            std::copy_n(before.bytes, before.size, target.memory.data());
    }
    f.struct_size = sizeof f;
    f.targets = targets.data();
    f.cancel = nullptr;
    f.reserved = 0;
    return true;
}

// A frame has the targets of all programs; what others write there is not to be compared.
void Replayer::forget_others(const Program& program, std::vector<Target>& memory) {
    for (std::size_t i = 0; i < memory.size(); ++i)
        if (i >= program.targets.size() || program.targets[i] == 0) memory[i].memory.clear();
}

void Replayer::execute(const Call& call) {
    auto asked = Trace::parse<FrameCall>(call.arguments, arena_);
    const auto program = programs_.find(asked.program);
    std::vector<Target> memory;
    std::vector<weft_target> targets;
    if (program == programs_.end()) return leave_out(call, kNoProgram);
    if (!prepare(call, asked, program->second, memory, targets)) return;
    weft_error* const error = clear_error();
    const weft_status status = api_.execute(program->second.program, &asked.frame, error);
    const Answer before = expected(call);
    compare(call, before, status);
    forget_others(program->second, memory);
    compare_targets(call, before, memory);
}

void Replayer::submit(const Call& call) {
    const auto* api = table<weft_async_api>(WEFT_ASYNC_EXTENSION);
    auto asked = Trace::parse<FrameCall>(call.arguments, arena_);
    const auto program = programs_.find(asked.program);
    Work work{0, asked.program, {}, {}};
    if (api == nullptr || program == programs_.end()) return leave_out(call, kNoProgram);
    if (!prepare(call, asked, program->second, work.targets, work.list)) return;
    std::uint64_t value = 0;
    weft_error* const error = clear_error();
    const weft_status status = api->submit(program->second.program, &asked.frame, &value, error);
    note_work(call, std::move(work), value, status);
}

void Replayer::note_work(const Call& call, Work work, std::uint64_t value, weft_status status) {
    const Answer before = expected(call);
    compare(call, before, status);
    work.recorded = before.number;
    values_[before.number] = value;
    works_.push_back(std::move(work));
}

void Replayer::wait(const Call& call) {
    const auto* api = table<weft_async_api>(WEFT_ASYNC_EXTENSION);
    const auto asked = Trace::parse<PlainCall>(call.arguments, arena_);
    auto* const backend = object<weft_backend>(asked.object);
    const auto value = values_.find(asked.a);
    if (api == nullptr || backend == nullptr || value == values_.end())
        return leave_out(call, "what it waits for was not submitted");
    weft_error* const error = clear_error();
    const Answer before = expected(call);
    // A wait that timed out then may be over now, and under a debugger everything is slower.
    const bool in_time = call.end != 0 && before.status == WEFT_OK;
    const weft_status status =
        api->wait(backend, value->second, in_time ? UINT64_MAX : asked.b, error);
    if (before.status != WEFT_TIMEOUT) compare(call, before, status);
    std::vector<Target> complete;
    std::erase_if(works_, [&](Work& work) {
        if (work.recorded > asked.a) return false;
        if (const auto of = programs_.find(work.program); of != programs_.end())
            forget_others(of->second, work.targets);
        for (auto& target : work.targets) complete.push_back(std::move(target));
        return true;
    });
    if (status == WEFT_OK) compare_targets(call, before, complete);
}

void Replayer::get_handle(const Call& call) {
    const auto asked = Trace::parse<PlainCall>(call.arguments, arena_);
    auto* const program = object<weft_program>(asked.object);
    if (program == nullptr) return leave_out(call, kNoProgram);
    weft_handle handle{};
    handle.struct_size = sizeof handle;
    handle.kind = static_cast<std::uint32_t>(asked.b);
    handle.memory_fd = -1;
    weft_error* const error = clear_error();
    const weft_status status =
        api_.get_handle(program, static_cast<std::uint32_t>(asked.a), &handle, error);
    const Answer before = expected(call);
    compare(call, before, status);
    if (status == WEFT_OK && before.has_handle != 0 && handle.view != nullptr)
        exchange_.give(before.handle.view, handle);
}

void Replayer::get_values(const Call& call) {
    auto asked = Trace::parse<ValuesCall>(call.arguments, arena_);
    const auto program = programs_.find(asked.object);
    if (program == programs_.end()) return leave_out(call, kNoProgram);
    if (asked.params < program->second.params) {
        refused_ = text_of(trace_, call) + ": its points do not fit its program";
        return;
    }
    asked.points.struct_size = sizeof asked.points;
    std::vector<double> values(asked.points.count);
    weft_error* const error = clear_error();
    const weft_status status =
        api_.get_values(program->second.program, asked.output, &asked.points, values.data(), error);
    const Answer before = expected(call);
    compare(call, before, status);
    const bool comparable =
        status == WEFT_OK && before.values != nullptr && before.value_count == asked.points.count;
    if (comparable &&
        std::memcmp(values.data(), before.values, values.size() * sizeof(double)) != 0)
        differ(call, "other values");
}

void Replayer::gather(const Call& call) {
    const auto* api = table<weft_gather_api>(WEFT_GATHER_EXTENSION);
    const auto asked = Trace::parse<GatherCall>(call.arguments, arena_);
    auto* const program = object<weft_program>(asked.program);
    if (api == nullptr || program == nullptr) return leave_out(call, kNoProgram);
    const double* values = nullptr;
    weft_error* const error = clear_error();
    compare(call, expected(call),
            api->gather(program, asked.output, asked.count, asked.coords, &values, error));
}

}  // namespace weft::replay

// Memory and semaphores that plugins share: what this plugin hands out is there again, and what
// another does if it is replayed beside it.
#include <algorithm>
#include <string>

#include "replay/replayer.h"

namespace weft::replay {
namespace {

// A trial that lasted so long then may take longer under a debugger.
constexpr std::uint64_t kLeastTimeoutNs = 60'000'000'000;

constexpr const char* kForeign =
    "the trace does not hold the memory of another's device: --with replays its plugin too";

constexpr const char* kNoSemaphore = "its semaphore was not made";

// Whoever reads a trial reads as many words as its grid tells.
bool is_trial(const weft_handle& handle) {
    return handle.grid.axis_count == 1 && handle.memory_offset <= handle.memory_size &&
           handle.grid.axes[0].count <= (handle.memory_size - handle.memory_offset) / 4;
}

std::string two_sums(std::uint64_t now, std::uint64_t then) {
    return "the sum is " + std::to_string(now) + ", it was " + std::to_string(then);
}

}  // namespace

void Replayer::begin_trial(const Call& call) {
    const auto* api = table<weft_memory_api>(WEFT_MEMORY_EXTENSION);
    const auto asked = Trace::parse<PlainCall>(call.arguments, arena_);
    auto* const backend = object<weft_backend>(asked.object);
    if (api == nullptr || backend == nullptr) return;
    weft_handle handle{};
    handle.struct_size = sizeof handle;
    handle.memory_fd = -1;
    weft_trial* trial = nullptr;
    weft_error* const error = clear_error();
    const weft_status status =
        api->trial_begin(backend, static_cast<std::uint32_t>(asked.b), asked.a,
                         static_cast<std::uint32_t>(asked.c), &handle, &trial, error);
    const Answer before = expected(call);
    compare(call, before, status);
    if (trial == nullptr) return;
    trials_[before.made] = {trial, before.handle.view};
    if (before.has_handle != 0) exchange_.give(before.handle.view, handle);
}

void Replayer::end_trial(const Call& call) {
    const auto* api = table<weft_memory_api>(WEFT_MEMORY_EXTENSION);
    const auto asked = Trace::parse<PlainCall>(call.arguments, arena_);
    auto* const backend = object<weft_backend>(asked.object);
    const auto trial = trials_.find(asked.a);
    if (api == nullptr || backend == nullptr || trial == trials_.end()) return;
    exchange_.forget(trial->second.recorded);
    api->trial_end(backend, trial->second.trial);
    trials_.erase(trial);
}

void Replayer::read_trial(const Call& call) {
    const auto* api = table<weft_memory_api>(WEFT_MEMORY_EXTENSION);
    auto asked = Trace::parse<TrialReadCall>(call.arguments, arena_);
    auto* const backend = object<weft_backend>(asked.backend);
    if (api == nullptr || backend == nullptr) return;
    const bool foreign = !exchange_.has(asked.handle.view);
    if ((foreign && !is_trial(asked.handle)) || !host_.make_real(asked.handle))
        return leave_out(call, kForeign);
    if (foreign) host_.set_memory(asked.memory);
    std::uint64_t sum = 0;
    weft_error* const error = clear_error();
    const weft_status status = api->trial_read(backend, &asked.handle, &sum, error);
    const Answer before = expected(call);
    compare(call, before, status);
    const bool known = !foreign || asked.memory.bytes != nullptr;
    if (known && status == WEFT_OK && before.status == WEFT_OK && sum != before.number)
        differ(call, two_sums(sum, before.number));
}

// --- Semaphores ----------------------------------------------------------------------------------

weft_semaphore* Replayer::usable(const Call& call, std::uint64_t recorded) {
    const auto found = semaphores_.find(recorded);
    if (found == semaphores_.end()) {
        remark(call, "made without a semaphore that there is not");
        return nullptr;
    }
    if (found->second.alone.empty()) return found->second.semaphore;
    remark(call, "made without a semaphore: " + found->second.alone);
    return nullptr;
}

void Replayer::make_semaphore(const Call& call) {
    const auto* api = table<weft_semaphore_api>(WEFT_SEMAPHORE_EXTENSION);
    const auto asked = Trace::parse<PlainCall>(call.arguments, arena_);
    auto* const backend = object<weft_backend>(asked.object);
    if (backend == nullptr) return;
    const Answer before = expected(call);
    std::string alone = exchange_.why_alone(call);
    weft_semaphore* semaphore = nullptr;
    weft_error* const error = clear_error();
    if (call.head.function == row_weft_semaphore_api_create) {
        std::int32_t fd = -1;
        compare(call, before, api->create(backend, &semaphore, &fd, error));
        if (semaphore != nullptr) exchange_.give_semaphore(call, fd);
    } else {
        const std::int32_t fd = exchange_.take_semaphore(call);
        if (fd < 0 && before.status == WEFT_OK) {
            if (alone.empty()) alone = kNoSemaphore;
            semaphores_[before.made] = {nullptr, alone};
            return leave_out(call, alone);
        }
        compare(call, before, api->import(backend, fd, &semaphore, error));
    }
    if (semaphore == nullptr || before.made == 0) return;
    semaphores_[before.made] = {semaphore, std::move(alone)};
}

void Replayer::submit_in_order(const Call& call) {
    const auto* api = table<weft_semaphore_api>(WEFT_SEMAPHORE_EXTENSION);
    auto asked = Trace::parse<OrderedCall>(call.arguments, arena_);
    const auto program = programs_.find(asked.work.program);
    Work work{0, asked.work.program, {}, {}};
    if (program == programs_.end()) return leave_out(call, kNoProgram);
    if (!prepare(call, asked.work, program->second, work.targets, work.list)) return;
    const auto usable_of = [&](weft_semaphore* const* recorded, std::uint32_t count) {
        std::vector<weft_semaphore*> list;
        for (std::uint32_t i = 0; i < count; ++i)
            if (auto* const semaphore = usable(call, reinterpret_cast<std::uintptr_t>(recorded[i])))
                list.push_back(semaphore);
        return list;
    };
    const auto waits = usable_of(asked.waits, asked.wait_count);
    const auto signals = usable_of(asked.signals, asked.signal_count);
    std::uint64_t value = 0;
    weft_error* const error = clear_error();
    const weft_status status =
        api->submit(program->second.program, &asked.work.frame, waits.data(),
                    static_cast<std::uint32_t>(waits.size()), signals.data(),
                    static_cast<std::uint32_t>(signals.size()), &value, error);
    note_work(call, std::move(work), value, status);
}

void Replayer::make_order_trial(const Call& call) {
    const auto* api = table<weft_semaphore_api>(WEFT_SEMAPHORE_EXTENSION);
    auto asked = Trace::parse<OrderTrialCall>(call.arguments, arena_);
    auto* const backend = object<weft_backend>(asked.backend);
    if (backend == nullptr) return;
    const auto semaphore = semaphores_.find(asked.semaphore);
    if (semaphore == semaphores_.end() || !semaphore->second.alone.empty())
        return leave_out(call,
                         semaphore != semaphores_.end() ? semaphore->second.alone : kNoSemaphore);
    const auto own = trials_.find(asked.memory);
    weft_trial* const memory = own != trials_.end() ? own->second.trial : nullptr;
    if ((!exchange_.has(asked.handle.view) && !is_trial(asked.handle)) ||
        !host_.make_real(asked.handle))
        return leave_out(call, kForeign);
    weft_semaphore* const at = semaphore->second.semaphore;
    const Answer before = expected(call);
    weft_error* const error = clear_error();
    if (call.head.function == row_weft_semaphore_api_trial_write) {
        weft_order_trial* trial = nullptr;
        compare(call, before,
                api->trial_write(backend, memory, &asked.handle, asked.seed, at, &trial, error));
        if (trial != nullptr) set_object(before.made, trial);
        return;
    }
    std::uint64_t sum = 0;
    const bool in_time = call.end != 0 && before.status == WEFT_OK;
    const std::uint64_t timeout =
        in_time ? std::max(asked.timeout, kLeastTimeoutNs) : asked.timeout;
    const weft_status status =
        api->trial_read(backend, memory, &asked.handle, at, timeout, &sum, error);
    compare(call, before, status);
    if (status == WEFT_OK && before.status == WEFT_OK && sum != before.number)
        differ(call, two_sums(sum, before.number));
}

void Replayer::make_semaphore_call(const Call& call) {
    const auto* api = table<weft_semaphore_api>(WEFT_SEMAPHORE_EXTENSION);
    if (api == nullptr) return leave_out(call, "the plugin has no " WEFT_SEMAPHORE_EXTENSION);
    switch (call.head.function) {
        case row_weft_semaphore_api_create:
        case row_weft_semaphore_api_import: return make_semaphore(call);
        case row_weft_semaphore_api_submit: return submit_in_order(call);
        case row_weft_semaphore_api_trial_write:
        case row_weft_semaphore_api_trial_read: return make_order_trial(call);
        default: break;
    }
    const auto asked = Trace::parse<PlainCall>(call.arguments, arena_);
    auto* const backend = object<weft_backend>(asked.object);
    if (backend == nullptr) return;
    weft_error* const error = clear_error();
    switch (call.head.function) {
        case row_weft_semaphore_api_caps: {
            weft_semaphore_caps caps{};
            caps.struct_size = sizeof caps;
            return compare(call, expected(call), api->caps(backend, &caps, error));
        }
        case row_weft_semaphore_api_trial_end: {
            auto* const trial = object<weft_order_trial>(asked.a);
            if (asked.a != 0 && trial == nullptr) return leave_out(call, "its trial was not made");
            api->trial_end(backend, trial);
            return forget<weft_order_trial>(asked.a);
        }
        default: break;
    }
    const auto found = semaphores_.find(asked.a);
    weft_semaphore* const semaphore =
        found != semaphores_.end() ? found->second.semaphore : nullptr;
    const bool unblocks = call.head.function == row_weft_semaphore_api_unblock;
    if (semaphore == nullptr && (unblocks || asked.a != 0)) return leave_out(call, kNoSemaphore);
    if (unblocks) return compare(call, expected(call), api->unblock(backend, semaphore, error));
    api->release(backend, semaphore);
    if (found != semaphores_.end()) semaphores_.erase(found);
}

}  // namespace weft::replay

// What a plugin hands back: statuses and their messages, handles, generations, memory.
#include <algorithm>
#include <cstring>
#include <iterator>

#include <weft/memory.h>

#include "plugin/checked.h"

namespace weft::plugin {
namespace {

// Views that were exposed by the compile that the thread is in; they become the program's.
struct Shown {
    const weft_view* views[CheckedObjects::kViews] = {};
    std::size_t count = 0;
};
thread_local constinit Shown t_shown;
// The kind of handle that get_handle was asked for; it is overwritten by the answer.
thread_local constinit std::uint32_t t_asked = WEFT_HANDLE_NONE;

void add_view(CheckedObjects::Object& program, const weft_view* view) noexcept {
    for (std::size_t i = 0; i < program.views.size(); ++i) {
        const weft_view* known = program.views[i].load(std::memory_order_relaxed);
        if (known == view) return;
        if (known != nullptr) continue;
        program.generations[i] = __atomic_load_n(&view->generation, __ATOMIC_RELAXED);
        program.views[i].store(view, std::memory_order_release);
        return;
    }
}

bool is_one_line(const char* text, std::size_t size) noexcept {
    return std::none_of(text, text + size, [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) == 0x7f;
    });
}

}  // namespace

void Checker::check_text(const Crossing& call, const char* name, const char* text,
                         std::size_t size) noexcept {
    const std::size_t length = strnlen(text, size);
    if (length == size)
        offence(call, Rule::message, false, "its %s is not terminated", name);
    else if (!is_one_line(text, length))
        offence(call, Rule::message, false, "its %s is more than one line", name);
}

void Checker::check_status(const Crossing& call) noexcept {
    if (call.status == nullptr || call.row().side != WEFT_CALL_PLUGIN) return;
    const weft_status status = *call.status;
    if (status < WEFT_OK || status > WEFT_INTERNAL)
        offence(call, Rule::status, false, "returned %d; expected one of weft_status, 0 to %d",
                status, WEFT_INTERNAL);
    if (status == WEFT_OK || call.error == nullptr) return;
    const weft_error& error = *call.error;
    if (error.struct_size < sizeof error) return;
    check_text(call, "message", error.message, sizeof error.message);
    check_text(call, "node", error.node, sizeof error.node);
    if (error.message[0] == '\0')
        offence(call, Rule::message, false, "returned %d and no message; expected why", status);
}

void Checker::check_made(const Crossing& call) noexcept {
    if (call.makes == Subject::none || call.status == nullptr || call.made == nullptr) return;
    if (*call.status == WEFT_OK && *call.made == nullptr)
        offence(call, Rule::result, false, "succeeded and made nothing");
    if (*call.status != WEFT_OK && *call.made != nullptr)
        offence(call, Rule::result, false, "failed and left a pointer; expected NULL");
}

void Checker::check_describe(const Crossing& call) noexcept {
    const auto* info = *static_cast<const weft_backend_info* const*>(call.result);
    if (info == nullptr) return offence(call, Rule::result, false, "returned NULL");
    if (info->struct_size < offsetof(weft_backend_info, sinks) + sizeof info->sinks)
        offence(call, Rule::size, false, "struct_size is %u; expected at least %zu",
                info->struct_size, offsetof(weft_backend_info, sinks) + sizeof info->sinks);
    const std::lock_guard lock(mutex_);
    const void*& before = described_[call.guest.number];
    if (before != nullptr && before != info)
        offence(call, Rule::result, false,
                "returned another pointer than before; expected the same every time");
    before = info;
}

void Checker::check_probe(const Crossing& call) noexcept {
    if (*call.status != WEFT_OK) return;
    const weft_probe& probe = *call.argument<weft_probe*>(0);
    check_text(call, "device", probe.device, sizeof probe.device);
    check_text(call, "reason", probe.reason, sizeof probe.reason);
    if (probe.struct_size != sizeof probe)
        offence(call, Rule::size, false, "changed struct_size of what it fills");
    if (probe.available > 1)
        offence(call, Rule::result, false, "available is %u; expected 0 or 1", probe.available);
    if (probe.available == 0 && probe.reason[0] == '\0')
        offence(call, Rule::message, false, "is not available and gives no reason");
}

void Checker::check_handle(const Crossing& call, const weft_handle& handle) noexcept {
    if (handle.struct_size < sizeof handle)
        offence(call, Rule::size, false, "struct_size of the handle is %u; expected at least %zu",
                handle.struct_size, sizeof handle);
    if (handle.kind == WEFT_HANDLE_NONE || handle.kind > WEFT_HANDLE_LOCAL)
        offence(call, Rule::handle, false, "a handle of kind %u; expected %u to %u", handle.kind,
                WEFT_HANDLE_HOST, WEFT_HANDLE_LOCAL);
    else if (handle.view == nullptr)
        offence(call, Rule::handle, false, "a handle without a view");
    else if (handle.grid.axis_count > WEFT_MAX_AXES)
        offence(call, Rule::handle, false, "a handle of %u axes; expected at most %u",
                handle.grid.axis_count, WEFT_MAX_AXES);
    else if ((handle.kind == WEFT_HANDLE_OPAQUE_FD || handle.kind == WEFT_HANDLE_DMA_BUF) &&
             handle.memory_fd < 0)
        offence(call, Rule::handle, false, "a handle of kind %u without a file descriptor",
                handle.kind);
}

void Checker::check_result(const Crossing& call) noexcept {
    check_made(call);
    switch (call.function) {
        case Function::weft_backend_api_describe: return check_describe(call);
        case Function::weft_backend_api_probe: return check_probe(call);
        case Function::weft_backend_api_get_handle: {
            if (*call.status != WEFT_OK) return;
            const weft_handle& handle = *call.argument<weft_handle*>(2);
            check_handle(call, handle);
            if (t_asked != WEFT_HANDLE_NONE && handle.kind != t_asked)
                offence(call, Rule::handle, false,
                        "gave a handle of kind %u; kind %u was asked for", handle.kind, t_asked);
            Object* program = objects_.find(call.guest, call.subject, call.object);
            if (program != nullptr && handle.view != nullptr) add_view(*program, handle.view);
            return;
        }
        case Function::weft_memory_api_caps: {
            if (*call.status != WEFT_OK) return;
            const weft_memory_caps& caps = *call.argument<weft_memory_caps*>(1);
            check_text(call, "no_export", caps.no_export, sizeof caps.no_export);
            check_text(call, "no_import", caps.no_import, sizeof caps.no_import);
            check_text(call, "identity", caps.identity, sizeof caps.identity);
            return;
        }
        default: return;
    }
}

// --- Views ---------------------------------------------------------------------------------------

void Checker::begin_views(const Crossing& call) noexcept {
    switch (call.function) {
        case Function::weft_backend_api_compile: t_shown.count = 0; return;
        case Function::weft_backend_api_get_handle:
            t_asked = call.argument<weft_handle*>(2)->kind;
            return;
        case Function::weft_host_expose: {
            const weft_handle* handle = call.argument<const weft_handle*>(2);
            if (handle == nullptr)
                return offence(call, Rule::handle, false, "was given NULL for a handle");
            check_handle(call, *handle);
            if (handle->view != nullptr && t_shown.count < std::size(t_shown.views))
                t_shown.views[t_shown.count++] = handle->view;
            return;
        }
        default: return;
    }
}

void Checker::note_shown(const Crossing& call, Object& made) noexcept {
    if (call.function != Function::weft_backend_api_compile) return;
    for (std::size_t i = 0; i < t_shown.count; ++i) add_view(made, t_shown.views[i]);
    t_shown.count = 0;
}

// Contents change within the frame-thread's functions.
void Checker::check_views(const Crossing& call) noexcept {
    if (call.subject != Subject::program || (call.row().threads & WEFT_THREAD_FRAME) == 0) return;
    Object* program = objects_.find(call.guest, call.subject, call.object);
    if (program == nullptr || program->state.load() != CheckedObjects::State::live) return;
    for (std::size_t i = 0; i < program->views.size(); ++i) {
        const weft_view* view = program->views[i].load(std::memory_order_acquire);
        if (view == nullptr) return;
        const std::uint64_t now = __atomic_load_n(&view->generation, __ATOMIC_RELAXED);
        const std::uint64_t before = program->generations[i];
        program->generations[i] = now;
        if (now < before)
            offence(call, Rule::generation, false,
                    "a view's generation went from %llu back to %llu; expected that it rises",
                    static_cast<unsigned long long>(before), static_cast<unsigned long long>(now));
    }
}

// --- Memory of the host --------------------------------------------------------------------------

void Checker::check_memory(const Crossing& call, bool entering) noexcept {
    if (entering && call.function == Function::weft_host_memory_free) {
        const weft_memory* memory = call.argument<weft_memory*>(1);
        if (memory == nullptr || memory->data == nullptr) return;
        const std::lock_guard lock(mutex_);
        if (blocks_.erase(memory->data) == 0)
            offence(call, Rule::memory, false,
                    "%llu bytes that are not allocated are freed: twice, or not the host's",
                    static_cast<unsigned long long>(memory->size));
    } else if (!entering && call.function == Function::weft_host_memory_alloc) {
        if (call.status == nullptr || *call.status != WEFT_OK) return;
        const weft_memory* memory = call.argument<weft_memory*>(3);
        if (memory == nullptr || memory->data == nullptr) return;
        const std::lock_guard lock(mutex_);
        blocks_[memory->data] = {memory->size, call.argument<const void*>(0)};
    } else if (!entering && call.function == Function::weft_backend_api_cleanup) {
        const Object* backend = objects_.find(call.guest, call.subject, call.object);
        if (backend == nullptr) return;
        const void* host = backend->host.load();
        std::uint64_t bytes = 0;
        std::size_t count = 0;
        {
            const std::lock_guard lock(mutex_);
            count = std::erase_if(blocks_, [&](const auto& block) {
                if (block.second.host != host) return false;
                bytes += block.second.size;
                return true;
            });
        }
        if (count != 0)
            offence(call, Rule::memory, false,
                    "%zu pieces of the host's memory, %llu bytes, were never freed", count,
                    static_cast<unsigned long long>(bytes));
    }
}

}  // namespace weft::plugin

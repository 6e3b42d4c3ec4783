#include "plugin/backend.h"

#include <algorithm>
#include <utility>

#include "base/trace.h"
#include "plugin/call.h"

namespace weft::plugin {
namespace {

Error broken_promise(const std::string& plugin, const char* function, const char* what) {
    weft_error record = empty_error();
    record.message[std::string_view(what).copy(record.message, sizeof record.message - 1)] = '\0';
    return call_error(plugin, function, WEFT_INTERNAL, record);
}

}  // namespace

// --- Backend -------------------------------------------------------------------------------------

Backend::Backend(const weft_backend_api* api, std::string name, HostServices& services)
    : api_(api), name_(std::move(name)), host_(services, name_) {}

Result<std::unique_ptr<Backend>> Backend::create(const weft_backend_api* api, std::string name,
                                                 HostServices& services) {
    std::unique_ptr<Backend> backend(new Backend(api, std::move(name), services));
    const weft_backend_info* info = nullptr;
    if (auto told = call_plain(backend->name_, "describe", [&] { info = api->describe(); }); !told)
        return std::move(told).error();
    backend->flags_ = info ? info->flags : 0;
    const auto made = call(backend->name_, "create", [&](weft_error* error) {
        return api->create(backend->host_.table(), &backend->instance_, error);
    });
    if (!made) {
        backend->instance_ = nullptr;
        return made.error();
    }
    if (!backend->instance_)
        return broken_promise(backend->name_, "create", "it succeeded and made nothing");
    return backend;
}

Backend::~Backend() {
    if (!instance_) return;
    const auto done = call_plain(name_, "cleanup", [&] { api_->cleanup(instance_); });
    if (!done)
        host_.table()->log(host_.table()->context, WEFT_LOG_ERROR,
                           {done.error().message.data(), done.error().message.size()});
}

Result<std::unique_ptr<Program>> Backend::compile(const weft_batch& batch, Edges& edges,
                                                  weft_error* detail) {
    const trace::Span span(trace::What::compile,
                           trace::on() ? trace::keep(name_ + " compiles") : nullptr);
    weft_program* program = nullptr;
    host_.set_edges(&edges);
    if (detail) *detail = empty_error();
    const auto done = call(
        name_, "compile",
        [&](weft_error* error) { return api_->compile(instance_, &batch, &program, error); },
        detail);
    host_.set_edges(nullptr);
    if (!done) return done.error();
    if (!program) return broken_promise(name_, "compile", "it succeeded and made nothing");
    return std::unique_ptr<Program>(new Program(*this, program));
}

const void* Backend::extension(std::string_view id) const {
    constexpr auto kEnd = offsetof(weft_backend_api, extension) + sizeof api_->extension;
    if (api_->struct_size < kEnd || !api_->extension) return nullptr;
    const void* table = nullptr;
    const auto asked = call_plain(name_, "extension", [&] {
        table = api_->extension({id.data(), id.size()});
    });
    return asked ? table : nullptr;
}

// --- Program -------------------------------------------------------------------------------------

Program::~Program() {
    const weft_backend_api* api = backend_.api_;
    const auto done = call_plain(backend_.name_, "release", [&] { api->release(program_); });
    if (!done) {
        const weft_host* host = backend_.host_.table();
        host->log(host->context, WEFT_LOG_ERROR,
                  {done.error().message.data(), done.error().message.size()});
    }
}

Result<weft_handle> Program::get_handle(std::uint32_t output, std::uint32_t kind) {
    const trace::Span span(trace::What::compile, "handle");
    weft_handle handle{};
    handle.struct_size = sizeof handle;
    handle.kind = kind;
    handle.memory_fd = -1;
    const auto done = call(backend_.name_, "get_handle", [&](weft_error* error) {
        return backend_.api_->get_handle(program_, output, &handle, error);
    });
    if (!done) return done.error();
    const bool wanted = kind == WEFT_HANDLE_NONE ? handle.kind != kind : handle.kind == kind;
    if (!wanted || !handle.view || handle.grid.axis_count > WEFT_MAX_AXES)
        return broken_promise(backend_.name_, "get_handle",
                              "it succeeded with a handle that nobody can read");
    return handle;
}

Result<void> Program::execute(const weft_frame& frame) {
    given_up_.store(false, std::memory_order_relaxed);
    executes_.store(true, std::memory_order_relaxed);
    auto done = call(backend_.name_, "execute", [&](weft_error* error) {
        return backend_.api_->execute(program_, &frame, error);
    });
    executes_.store(false, std::memory_order_release);
    return done;
}

Result<void> Program::get_values(std::uint32_t output, const weft_points& points, double* values) {
    return call(backend_.name_, "get_values", [&](weft_error* error) {
        return backend_.api_->get_values(program_, output, &points, values, error);
    });
}

void Program::cancel() {
    const weft_backend_api* api = backend_.api_;
    if (!api->cancel) return;
    // Best effort: a cancel that fails leaves the frame to end by itself.
    (void)call_plain(backend_.name_, "cancel", [&] { api->cancel(program_); }).ok();
}

// Hands a failed call's reason on. A function of its own, so that success does not pay for it.
[[gnu::noinline]] static weft_status hand_on(const Result<void>& failed, const weft_error& record,
                                             weft_error* error) {
    const Error& reason = failed.error();
    if (error) {
        const std::uint32_t size = error->struct_size;
        *error = record;
        error->struct_size = size;
        error->code = reason.status;
        const std::size_t length = reason.message.copy(error->message, sizeof error->message - 1);
        error->message[length] = '\0';
    }
    return reason.status;
}

weft_status Program::get_values_of(void* getter, const weft_points* points, double* values,
                                   weft_error* error) {
    const auto& from = *static_cast<const Getter*>(getter);
    if (from.program->hangs()) {
        std::fill_n(values, points->count, 0.0);
        return WEFT_OK;
    }
    weft_program* program = from.program->program_;
    const Backend& backend = from.program->backend_;
    weft_error record;  // emptied by the call
    const auto done = call(
        backend.name_, "get_values",
        [&](weft_error* e) {
            return backend.api_->get_values(program, from.output, points, values, e);
        },
        &record);
    return done ? WEFT_OK : hand_on(done, record, error);
}

}  // namespace weft::plugin

#include "plugin/extensions.h"

#include <cstring>
#include <utility>

#include "plugin/call.h"

namespace weft::plugin {
namespace {

// The table of an extension if all of it is there. A table that is too short or has holes is one
// that is not offered: the host goes on without it.
template <class Api, class... Functions>
const Api* table_of(const Backend& backend, const char* id, Functions Api::*... functions) {
    const auto* table = static_cast<const Api*>(backend.extension(id));
    if (table == nullptr || table->struct_size < sizeof(Api)) return nullptr;
    const bool whole = ((table->*functions != nullptr) && ...);
    return whole ? table : nullptr;
}

Error not_offered(const Backend& backend, const char* id) {
    return {WEFT_UNSUPPORTED, "plugin '" + backend.name() + "' does not offer " + id};
}

Error broken_promise(const Backend& backend, const char* function, const char* what) {
    weft_error record = empty_error();
    std::strncpy(record.message, what, sizeof record.message - 1);
    return call_error(backend.name(), function, WEFT_INTERNAL, record);
}

}  // namespace

// --- Timeline
// ---------------------------------------------------------------------------------------

Timeline::Timeline(Backend& backend)
    : backend_(&backend),
      api_(table_of(backend, WEFT_ASYNC_EXTENSION, &weft_async_api::submit,
                    &weft_async_api::wait)) {}

Result<std::uint64_t> Timeline::submit(Program& program, const weft_frame& frame) const {
    if (api_ == nullptr) return not_offered(program.backend(), WEFT_ASYNC_EXTENSION);
    std::uint64_t value = 0;
    auto done = call(backend_->name(), "submit", [&](weft_error* error) {
        return api_->submit(program.handle(), &frame, &value, error);
    });
    if (!done) return std::move(done).error();
    return value;
}

Result<void> Timeline::wait(std::uint64_t value, std::uint64_t timeout_ns) const {
    if (api_ == nullptr) return {};  // nothing runs beside the host
    return call(backend_->name(), "wait", [&](weft_error* error) {
        return api_->wait(backend_->instance(), value, timeout_ns, error);
    });
}

// --- SharedMemory
// -----------------------------------------------------------------------------------

SharedMemory::SharedMemory(Backend& backend)
    : backend_(&backend),
      api_(table_of(backend, WEFT_MEMORY_EXTENSION, &weft_memory_api::caps,
                    &weft_memory_api::trial_begin, &weft_memory_api::trial_end,
                    &weft_memory_api::trial_read)) {}

Result<weft_memory_caps> SharedMemory::caps() const {
    weft_memory_caps caps{};
    caps.struct_size = sizeof caps;
    auto done = call(backend_->name(), "caps", [&](weft_error* error) {
        return api_->caps(backend_->instance(), &caps, error);
    });
    if (!done) return std::move(done).error();
    for (char* text : {caps.no_export, caps.no_import}) {
        const std::string line = one_line({text, strnlen(text, sizeof caps.no_export)}, 255);
        std::memcpy(text, line.c_str(), line.size() + 1);
    }
    return caps;
}

Result<SharedMemory::Trial> SharedMemory::begin_trial(std::uint32_t kind, std::uint64_t size,
                                                      std::uint32_t seed) const {
    if (api_ == nullptr) return Error{WEFT_UNSUPPORTED, "it shares no memory of its own"};
    weft_handle handle{};
    handle.struct_size = sizeof handle;
    handle.memory_fd = -1;
    weft_trial* trial = nullptr;
    auto done = call(backend_->name(), "trial_begin", [&](weft_error* error) {
        return api_->trial_begin(backend_->instance(), kind, size, seed, &handle, &trial, error);
    });
    if (!done) return std::move(done).error();
    Trial made(*this, trial, handle);
    if (handle.kind != kind || handle.view == nullptr ||
        (kind == WEFT_HANDLE_HOST && handle.view->data == nullptr))
        return broken_promise(*backend_, "trial_begin", "it made memory of another kind");
    return made;
}

Result<std::uint64_t> SharedMemory::read_trial(const weft_handle& handle) const {
    std::uint64_t sum = 0;
    auto done = call(backend_->name(), "trial_read", [&](weft_error* error) {
        return api_->trial_read(backend_->instance(), &handle, &sum, error);
    });
    if (!done) return std::move(done).error();
    return sum;
}

SharedMemory::Trial::Trial(Trial&& other) noexcept
    : memory_(other.memory_),
      trial_(std::exchange(other.trial_, nullptr)),
      handle_(other.handle_) {}

SharedMemory::Trial::~Trial() {
    if (trial_ == nullptr) return;
    // Nothing can be done about a trial that cannot be ended; what it proved still holds.
    (void)call_plain(memory_.backend_->name(), "trial_end", [&] {
        memory_.api_->trial_end(memory_.backend_->instance(), trial_);
    }).ok();
}

// --- Gatherer
// ---------------------------------------------------------------------------------------

Gatherer::Gatherer(Backend& backend)
    : backend_(&backend),
      api_(table_of(backend, WEFT_GATHER_EXTENSION, &weft_gather_api::gather)) {}

Result<const double*> Gatherer::gather(Program& program, std::uint32_t output, std::uint64_t count,
                                       const std::vector<const double*>& coords) const {
    if (api_ == nullptr) return not_offered(*backend_, WEFT_GATHER_EXTENSION);
    const double* values = nullptr;
    auto done = call(backend_->name(), "gather", [&](weft_error* error) {
        return api_->gather(program.handle(), output, count, coords.data(), &values, error);
    });
    if (!done) return std::move(done).error();
    if (values == nullptr)
        return broken_promise(*backend_, "gather", "it succeeded and gave no values");
    return values;
}

// --- Counters
// ---------------------------------------------------------------------------------------

weft_counters counters_of(Program& program) {
    weft_counters counters{};
    counters.struct_size = sizeof counters;
    const auto* api =
        table_of(program.backend(), WEFT_COUNTERS_EXTENSION, &weft_counters_api::counters);
    if (api == nullptr) return counters;
    const auto done = call(program.backend().name(), "counters", [&](weft_error* error) {
        return api->counters(program.handle(), &counters, error);
    });
    return done ? counters : weft_counters{};
}

}  // namespace weft::plugin

#include "plugin/extensions.h"

#include <utility>

#include "plugin/call.h"
#include "plugin/extension_table.h"

namespace weft::plugin {
// --- Timeline ------------------------------------------------------------------------------------

Timeline::Timeline(Backend& backend)
    : backend_(&backend),
      api_(table_of(backend, WEFT_ASYNC_EXTENSION, &weft_async_api::submit,
                    &weft_async_api::wait)) {}

Result<std::uint64_t> Timeline::submit(Program& program, const weft_frame& frame) const {
    if (api_ == nullptr) return not_offered(program.backend().name(), WEFT_ASYNC_EXTENSION);
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

// --- SharedMemory --------------------------------------------------------------------------------

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
    clean(caps.no_export);
    clean(caps.no_import);
    clean(caps.identity);
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

// --- Semaphores ----------------------------------------------------------------------------------

Semaphores::Semaphores(Backend& backend)
    : backend_(&backend),
      api_(table_of(backend, WEFT_SEMAPHORE_EXTENSION, &weft_semaphore_api::caps,
                    &weft_semaphore_api::create, &weft_semaphore_api::import,
                    &weft_semaphore_api::release, &weft_semaphore_api::submit,
                    &weft_semaphore_api::unblock, &weft_semaphore_api::trial_write,
                    &weft_semaphore_api::trial_end, &weft_semaphore_api::trial_read)) {}

Result<weft_semaphore_caps> Semaphores::caps() const {
    weft_semaphore_caps caps{};
    caps.struct_size = sizeof caps;
    auto done = call(backend_->name(), "caps", [&](weft_error* error) {
        return api_->caps(backend_->instance(), &caps, error);
    });
    if (!done) return std::move(done).error();
    clean(caps.no_export);
    clean(caps.no_import);
    return caps;
}

Result<Semaphores::Semaphore> Semaphores::create() const {
    weft_semaphore* semaphore = nullptr;
    std::int32_t fd = -1;
    auto done = call(backend_->name(), "create", [&](weft_error* error) {
        return api_->create(backend_->instance(), &semaphore, &fd, error);
    });
    if (!done) return std::move(done).error();
    Semaphore made(*this, semaphore, fd);
    if (semaphore == nullptr || fd < 0)
        return broken_promise(*backend_, "create", "it succeeded and made no semaphore");
    return made;
}

Result<Semaphores::Semaphore> Semaphores::import(int fd) const {
    weft_semaphore* semaphore = nullptr;
    auto done = call(backend_->name(), "import", [&](weft_error* error) {
        return api_->import(backend_->instance(), fd, &semaphore, error);
    });
    if (!done) return std::move(done).error();
    if (semaphore == nullptr)
        return broken_promise(*backend_, "import", "it succeeded and made no semaphore");
    return Semaphore(*this, semaphore, -1);
}

Result<Semaphores::Writing> Semaphores::write_trial(const SharedMemory::Trial* memory,
                                                    const weft_handle& handle, std::uint32_t seed,
                                                    const Semaphore& signal) const {
    weft_order_trial* trial = nullptr;
    auto done = call(backend_->name(), "trial_write", [&](weft_error* error) {
        return api_->trial_write(backend_->instance(), memory != nullptr ? memory->get() : nullptr,
                                 &handle, seed, signal.get(), &trial, error);
    });
    if (!done) return std::move(done).error();
    return Writing(*this, trial);
}

Result<std::uint64_t> Semaphores::read_trial(const SharedMemory::Trial* memory,
                                             const weft_handle& handle, const Semaphore& wait,
                                             std::uint64_t timeout_ns) const {
    std::uint64_t sum = 0;
    auto done = call(backend_->name(), "trial_read", [&](weft_error* error) {
        return api_->trial_read(backend_->instance(), memory != nullptr ? memory->get() : nullptr,
                                &handle, wait.get(), timeout_ns, &sum, error);
    });
    if (!done) return std::move(done).error();
    return sum;
}

Result<std::uint64_t> Semaphores::submit(Program& program, const weft_frame& frame,
                                         const std::vector<weft_semaphore*>& waits,
                                         const std::vector<weft_semaphore*>& signals) const {
    std::uint64_t value = 0;
    auto done = call(backend_->name(), "submit", [&](weft_error* error) {
        return api_->submit(program.handle(), &frame, waits.data(),
                            static_cast<std::uint32_t>(waits.size()), signals.data(),
                            static_cast<std::uint32_t>(signals.size()), &value, error);
    });
    if (!done) return std::move(done).error();
    return value;
}

Result<void> Semaphores::unblock(const Semaphore& semaphore) const {
    return call(backend_->name(), "unblock", [&](weft_error* error) {
        return api_->unblock(backend_->instance(), semaphore.get(), error);
    });
}

Semaphores::Semaphore::Semaphore(Semaphore&& other) noexcept
    : from_(other.from_),
      semaphore_(std::exchange(other.semaphore_, nullptr)),
      fd_(std::exchange(other.fd_, -1)) {}

Semaphores::Semaphore& Semaphores::Semaphore::operator=(Semaphore&& other) noexcept {
    std::swap(from_, other.from_);
    std::swap(semaphore_, other.semaphore_);
    std::swap(fd_, other.fd_);
    return *this;
}

Semaphores::Semaphore::~Semaphore() {
    if (semaphore_ == nullptr) return;
    (void)call_plain(from_->backend_->name(), "release", [&] {
        from_->api_->release(from_->backend_->instance(), semaphore_);
    }).ok();
}

Semaphores::Writing::Writing(Writing&& other) noexcept
    : from_(other.from_), trial_(std::exchange(other.trial_, nullptr)) {}

Semaphores::Writing::~Writing() {
    if (trial_ == nullptr) return;
    (void)call_plain(from_.backend_->name(), "trial_end", [&] {
        from_.api_->trial_end(from_.backend_->instance(), trial_);
    }).ok();
}

// --- Gatherer ------------------------------------------------------------------------------------

Gatherer::Gatherer(Backend& backend)
    : backend_(&backend),
      api_(table_of(backend, WEFT_GATHER_EXTENSION, &weft_gather_api::gather)) {}

Result<const double*> Gatherer::gather(Program& program, std::uint32_t output, std::uint64_t count,
                                       const std::vector<const double*>& coords) const {
    if (api_ == nullptr) return not_offered(backend_->name(), WEFT_GATHER_EXTENSION);
    const double* values = nullptr;
    auto done = call(backend_->name(), "gather", [&](weft_error* error) {
        return api_->gather(program.handle(), output, count, coords.data(), &values, error);
    });
    if (!done) return std::move(done).error();
    if (values == nullptr)
        return broken_promise(*backend_, "gather", "it succeeded and gave no values");
    return values;
}

// --- Counters ------------------------------------------------------------------------------------

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

// --- Residency -----------------------------------------------------------------------------------

std::optional<weft_residency> residency_of(Backend& backend) {
    const auto* api = table_of(backend, WEFT_RESIDENCY_EXTENSION, &weft_residency_api::residency);
    if (api == nullptr) return std::nullopt;
    weft_residency residency{};
    residency.struct_size = sizeof residency;
    const auto done = call(backend.name(), "residency", [&](weft_error* error) {
        return api->residency(backend.instance(), &residency, error);
    });
    if (!done) return std::nullopt;
    clean(residency.device);
    clean(residency.largest);
    return residency;
}

}  // namespace weft::plugin

#include "replay/replay_host.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>

namespace weft::replay {
namespace {

constexpr std::uint64_t kMostMapping = std::uint64_t{1} << 34;

weft_status fail(weft_error* error, weft_status code, const char* text) {
    if (error != nullptr) {
        error->code = code;
        std::snprintf(error->message, sizeof error->message, "%s", text);
    }
    return code;
}

weft_status repeat(const Answer& answer, weft_error* error) {
    if (answer.status != WEFT_OK && error != nullptr) {
        error->code = answer.status;
        std::snprintf(error->message, sizeof error->message, "%.*s",
                      static_cast<int>(std::min<std::uint64_t>(answer.message.size, 500)),
                      answer.message.data);
    }
    return answer.status;
}

// Two lists of points that read the same.
std::uint64_t hash_of_points(const weft_points& points) {
    std::uint64_t hash = hash_of(&points.count, sizeof points.count);
    const std::size_t size = static_cast<std::size_t>(points.count) * sizeof(double);
    for (std::uint32_t f = 0; f < WEFT_FIELD_COUNT; ++f) {
        if (points.fields[f] != nullptr)
            hash = hash_of(points.fields[f], size, hash);
        else if (points.constants != nullptr)
            hash = hash_of(&points.constants[f], sizeof(double), hash);
    }
    return points.own != nullptr ? hash_of(points.own, size, hash) : hash;
}

}  // namespace

Mapping::Mapping(std::uint64_t size) : size_(std::max<std::uint64_t>(size, 1)) {
    if (size_ > kMostMapping) return;
    file_ = ::memfd_create("weft-replay", MFD_CLOEXEC);
    if (file_ < 0 || ::ftruncate(file_, static_cast<off_t>(size_)) != 0) return;
    void* const at = ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_SHARED, file_, 0);
    if (at != MAP_FAILED) data_ = static_cast<char*>(at);
}

Mapping::~Mapping() {
    if (data_ != nullptr) ::munmap(data_, size_);
    if (file_ >= 0) ::close(file_);
}

// --- The table -----------------------------------------------------------------------------------

struct ReplayHost::Calls {
    static ReplayHost& self(void* context) { return *static_cast<ReplayHost*>(context); }

    static void log(void* context, std::uint32_t level, weft_str text) {
        if (level <= WEFT_LOG_WARNING || self(context).verbose_)
            std::fprintf(stderr, "plugin: %.*s\n", static_cast<int>(text.size), text.data);
    }
    static weft_status lookup(void* context, std::uint64_t id, weft_binding* binding,
                              weft_error* error) {
        return self(context).lookup(id, binding, error);
    }
    static weft_status expose(void* context, std::uint64_t id, const weft_handle* handle,
                              weft_error* error) {
        if (handle == nullptr || handle->view == nullptr)
            return fail(error, WEFT_INVALID, "the exposed handle is incomplete");
        self(context).exposed(id, *handle);
        return WEFT_OK;
    }
    static weft_status memory_alloc(void* context, std::uint64_t size, std::uint32_t flags,
                                    weft_memory* memory, weft_error* error) {
        auto made = std::make_unique<Mapping>(size);
        if (made->data() == nullptr) return fail(error, WEFT_UNAVAILABLE, "out of memory");
        // What is not asked to be zero is not, with the host either.
        if ((flags & WEFT_MEMORY_ZEROED) == 0) std::memset(made->data(), 0xa5, made->size());
        const bool shared = (flags & WEFT_MEMORY_SHARED) != 0;
        *memory = {made->data(), size, shared ? made->file() : -1, 0, nullptr};
        self(context).allocated_[made->data()] = std::move(made);
        return WEFT_OK;
    }
    static void memory_free(void* context, weft_memory* memory) {
        if (memory == nullptr || memory->data == nullptr) return;
        self(context).allocated_.erase(memory->data);
        *memory = {nullptr, 0, -1, 0, nullptr};
    }
    // One task after the other: a replay is the same each time.
    static void parallel(void* /*context*/, std::uint64_t count,
                         void (*task)(void* user, std::uint64_t index), void* user) {
        for (std::uint64_t i = 0; i < count; ++i) task(user, i);
    }
    static std::uint32_t concurrency(void* context) {
        const auto any = [](const Call&) { return true; };
        Arena arena;
        const Call* told = self(context).callback(row_weft_host_concurrency, any);
        const std::uint64_t number =
            told != nullptr ? self(context).answer(*told, arena).number : 1;
        return static_cast<std::uint32_t>(std::clamp<std::uint64_t>(number, 1, 1024));
    }
    static weft_str cache_directory(void* /*context*/) { return {"", 0}; }
    static std::uint64_t device_memory(void* context, std::uint64_t available) {
        Arena arena;
        const Call* told = self(context).callback(row_weft_host_device_memory, [&](const Call& c) {
            return Trace::parse<PlainCall>(c.arguments, arena).a == available;
        });
        return told != nullptr ? self(context).answer(*told, arena).number : available;
    }
    static weft_status get_values(void* getter, const weft_points* points, double* values,
                                  weft_error* error) {
        const auto& from = *static_cast<const Getter*>(getter);
        return from.host->values(from.recorded, *points, values, error);
    }
};

ReplayHost::ReplayHost(const Trace& trace, Exchange& exchange, bool verbose)
    : trace_(trace), exchange_(exchange), verbose_(verbose) {}

const weft_host* ReplayHost::table(std::uint32_t struct_size, std::uint32_t abi_version) {
    constexpr std::uint32_t kLeast = offsetof(weft_host, device_memory);
    const auto all = static_cast<std::uint32_t>(sizeof table_);
    table_ = {std::clamp(struct_size, kLeast, all),
              abi_version,
              this,
              Calls::log,
              Calls::lookup,
              Calls::expose,
              Calls::memory_alloc,
              Calls::memory_free,
              Calls::parallel,
              Calls::concurrency,
              Calls::cache_directory,
              Calls::device_memory};
    return &table_;
}

Answer ReplayHost::answer(const Call& call, Arena& arena) const {
    if (call.end == 0) return {};
    return Trace::parse<Answer>(trace_.records()[call.end].payload, arena);
}

template <class Wanted>
const Call* ReplayHost::callback(std::uint16_t row, Wanted&& wanted) const {
    if (call_ == nullptr) return nullptr;
    const auto& calls = trace_.calls();
    const auto first =
        std::upper_bound(calls.begin(), calls.end(), call_->begin,
                         [](std::size_t record, const Call& call) { return record < call.begin; });
    for (auto at = first; at != calls.end(); ++at) {
        if (call_->end != 0 && at->begin > call_->end) break;
        if (at->head.function == row && at->head.guest == call_->head.guest &&
            at->head.complete != 0 && at->end != 0 && wanted(*at))
            return &*at;
    }
    return nullptr;
}

weft_status ReplayHost::lookup(std::uint64_t id, weft_binding* binding, weft_error* error) {
    Arena arena;
    const Call* told = callback(row_weft_host_lookup, [&](const Call& c) {
        return Trace::parse<PlainCall>(c.arguments, arena).a == id;
    });
    if (told == nullptr) {
        ++missing_;
        return fail(error, WEFT_INVALID, "the trace has no answer to this lookup");
    }
    const Answer found = answer(*told, arena);
    if (found.status != WEFT_OK) return repeat(found, error);
    weft_binding made{};
    made.struct_size = sizeof made;
    made.kind = static_cast<std::uint32_t>(found.number);
    made.handle = found.handle;
    made.handle.struct_size = sizeof made.handle;
    made.handle.view = nullptr;
    if (made.kind != WEFT_HANDLE_NONE) {
        made.handle = found.handle;
        if (!make_real(made.handle))
            return fail(error, WEFT_UNSUPPORTED,
                        "the trace does not hold the memory of another's device");
    } else {
        auto& getter = getters_[found.getter];
        if (getter == nullptr) getter = std::make_unique<Getter>(Getter{this, found.getter});
        made.get_values = Calls::get_values;
        made.getter = getter.get();
    }
    const std::uint32_t room = std::min<std::uint32_t>(binding->struct_size, sizeof made);
    std::memcpy(static_cast<void*>(binding), &made, room);
    binding->struct_size = room;
    return WEFT_OK;
}

// A view that stood for less may stand for more later on: its address was used again.
bool ReplayHost::make_room(Foreign& foreign, const weft_handle& handle) {
    const Extent extent = extent_of(handle.grid);
    if (extent.high < 0) return false;
    const auto before = static_cast<std::uint64_t>(-extent.low);
    const std::uint64_t told =
        handle.memory_size - std::min(handle.memory_offset, handle.memory_size);
    const std::uint64_t behind = std::max(told, static_cast<std::uint64_t>(extent.high));
    if (foreign.memory != nullptr) {
        const auto offset = static_cast<std::uint64_t>(static_cast<const char*>(foreign.view.data) -
                                                       foreign.memory->data());
        if (offset >= before && foreign.memory->size() - offset >= behind) return true;
    }
    const std::uint64_t offset = std::max(handle.memory_offset, before);
    if (offset > kMostMapping || behind > kMostMapping) return false;
    auto memory = std::make_unique<Mapping>(offset + behind);
    if (memory->data() == nullptr) return false;
    if (foreign.memory != nullptr) foreign.before.push_back(std::move(foreign.memory));
    foreign.memory = std::move(memory);
    foreign.view = {foreign.memory->data() + offset, 0, -1};
    return true;
}

bool ReplayHost::make_real(weft_handle& handle) {
    if (handle.grid.axis_count > WEFT_MAX_AXES) return false;
    handle.struct_size = sizeof handle;
    if (exchange_.has(handle.view)) return exchange_.take(handle);
    if (handle.kind != WEFT_HANDLE_HOST) return false;
    auto& foreign = foreign_[handle.view];
    if (foreign == nullptr) foreign = std::make_unique<Foreign>();
    if (!make_room(*foreign, handle)) return false;
    const char* const data = static_cast<const char*>(foreign->view.data);
    handle.memory_fd = handle.memory_fd >= 0 ? foreign->memory->file() : -1;
    handle.memory_offset = static_cast<std::uint64_t>(data - foreign->memory->data());
    handle.memory_size = foreign->memory->size();
    handle.view = &foreign->view;
    return true;
}

void ReplayHost::set_memory(const MemoryRecord& memory) {
    const auto* recorded =
        reinterpret_cast<const weft_view*>(static_cast<std::uintptr_t>(memory.view));
    const auto found = foreign_.find(recorded);
    if (found == foreign_.end() || found->second->memory == nullptr) return;
    Foreign& foreign = *found->second;
    foreign.view.generation = memory.generation;
    foreign.view.tick = memory.tick;
    guessed_ += memory.too_large;
    if (memory.bytes == nullptr) return;
    const auto* first = static_cast<const char*>(foreign.view.data);
    const auto offset = first - foreign.memory->data() + memory.low;
    if (offset < 0 || static_cast<std::uint64_t>(offset) > foreign.memory->size() ||
        memory.size > foreign.memory->size() - static_cast<std::uint64_t>(offset))
        return;
    std::memcpy(foreign.memory->data() + offset, memory.bytes, memory.size);
}

void ReplayHost::exposed(std::uint64_t id, const weft_handle& handle) {
    Arena arena;
    const Call* told = callback(row_weft_host_expose, [&](const Call& c) {
        return Trace::parse<ExposeCall>(c.arguments, arena).id == id;
    });
    if (told == nullptr) return;
    exchange_.give(Trace::parse<ExposeCall>(told->arguments, arena).handle.view, handle);
}

// The same question gets the same answer; one that was not asked then gets that of the next that
// was.
weft_status ReplayHost::values(std::uint64_t getter, const weft_points& points, double* values,
                               weft_error* error) {
    const std::uint64_t hash = hash_of_points(points);
    const Call* next = nullptr;
    Arena arena;
    const Call* told = callback(row_weft_binding_get_values, [&](const Call& c) {
        const auto asked = Trace::parse<ValuesCall>(c.arguments, arena);
        if (asked.object != getter || asked.points.count != points.count || taken_.contains(&c))
            return false;
        if (next == nullptr) next = &c;
        return hash_of_points(asked.points) == hash;
    });
    if (told == nullptr) {
        ++missing_;
        told = next;
    }
    if (told == nullptr)
        return fail(error, WEFT_UNAVAILABLE, "the trace has no answer to this getter");
    taken_[told] = true;
    const Answer found = answer(*told, arena);
    if (found.status != WEFT_OK) return repeat(found, error);
    if (found.values == nullptr || found.value_count != points.count)
        return fail(error, WEFT_INTERNAL, "the trace has no values for this getter");
    std::memcpy(values, found.values, points.count * sizeof(double));
    return WEFT_OK;
}

}  // namespace weft::replay

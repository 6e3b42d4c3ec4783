// The other direction: tables and functions that a plugin is given in front of the host's own.
#include <algorithm>
#include <cstddef>
#include <cstring>

#include "plugin/border_parts.h"
#include "plugin/thread_roles.h"

namespace weft::plugin::border {
namespace {

// --- weft_host -----------------------------------------------------------------------------------

// The functions whose first argument is the context that stands in the table.
template <Function Name, auto Member>
struct HostCall;

template <Function Name, class R, class... A, R (*weft_host::*Member)(void*, A...)>
struct HostCall<Name, Member> {
    static R call(void* context, A... a) {
        auto& front = *static_cast<HostFront*>(context);
        void* const arguments[] = {
            &context, const_cast<void*>(static_cast<const volatile void*>(&a))..., nullptr};
        Crossing crossing{*front.guest, Name, arguments, t_innermost};
        (read_argument(crossing, a), ...);
        crossing.subject = Subject::backend;
        crossing.object = front.backend;
        const auto inner = front.inner->*Member;
        if constexpr (std::is_void_v<R>) {
            const Passing passing(crossing);
            inner(front.inner->context, a...);
        } else {
            R result{};  // it is looked at when the call has passed
            const Passing passing(crossing);
            result = inner(front.inner->context, a...);
            returned(crossing, result);
            return result;
        }
    }
};

// A getter asks the host for another's values: a call of the plugin's like those of the table.
weft_status get_values(void* getter, const weft_points* points, double* values, weft_error* error) {
    auto& from = *static_cast<HostFront::Getter*>(getter);
    void* const arguments[] = {&from.getter, &points, &values, &error, nullptr};
    Crossing crossing{*from.host->guest, Function::weft_binding_get_values, arguments, t_innermost};
    crossing.error = error;
    crossing.subject = Subject::backend;
    crossing.object = from.host->backend;
    weft_status result = WEFT_OK;
    const Passing passing(crossing);
    result = from.inner(from.getter, points, values, error);
    returned(crossing, result);
    return result;
}

weft_status lookup(void* context, std::uint64_t id, weft_binding* binding, weft_error* error) {
    auto& front = *static_cast<HostFront*>(context);
    const weft_status status =
        HostCall<Function::weft_host_lookup, &weft_host::lookup>::call(context, id, binding, error);
    constexpr std::size_t kNeeded = offsetof(weft_binding, getter) + sizeof(void*);
    if (status != WEFT_OK || binding->struct_size < kNeeded || binding->get_values == nullptr)
        return status;
    const std::lock_guard lock(front.mutex);
    front.getters.push_back(std::make_unique<HostFront::Getter>(
        HostFront::Getter{&front, binding->get_values, binding->getter}));
    binding->getter = front.getters.back().get();
    binding->get_values = get_values;
    return status;
}

// On the threads of a group the task is the plugin's code, called for it by the host.
struct Task {
    const Crossing* parallel;
    void (*inner)(void* user, std::uint64_t index);
    void* user;
};

void run_task(void* user, std::uint64_t index) {
    const auto& task = *static_cast<const Task*>(user);
    void* const arguments[] = {nullptr};
    const Crossing* const before = t_innermost;
    const Crossing crossing{task.parallel->guest, Function::weft_parallel_task, arguments,
                            task.parallel};
    t_innermost = &crossing;
    task.inner(task.user, index);
    t_innermost = before;
}

void parallel(void* context, std::uint64_t count, void (*inner)(void* user, std::uint64_t index),
              void* user) {
    auto& front = *static_cast<HostFront*>(context);
    void* const arguments[] = {&context, &count, nullptr};
    Crossing crossing{*front.guest, Function::weft_host_parallel, arguments, t_innermost};
    crossing.subject = Subject::backend;
    crossing.object = front.backend;
    const Passing passing(crossing);
    Task task{&crossing, inner, user};
    front.inner->parallel(front.inner->context, count, run_task, &task);
}

// --- weft_control_host ---------------------------------------------------------------------------

template <Function Name, auto Member>
struct SessionCall;

template <Function Name, class... A, void (*weft_control_host::*Member)(void*, A...)>
struct SessionCall<Name, Member> {
    static void call(void* context, A... a) {
        auto& front = *static_cast<SessionFront*>(context);
        void* const arguments[] = {
            &context, const_cast<void*>(static_cast<const volatile void*>(&a))..., nullptr};
        Crossing crossing{*front.guest, Name, arguments, t_innermost};
        crossing.subject = Subject::session;
        crossing.object = front.session;
        const Passing passing(crossing);
        (front.inner->*Member)(front.inner->context, a...);
    }
};

SessionFront& front_session(Room& at, const weft_control_host& inner) {
    auto made = std::make_unique<SessionFront>();
    made->inner = &inner;
    made->guest = &at;
    made->table = inner;
    made->table.context = made.get();
    weft_control_host& table = made->table;
    table.post = SessionCall<Function::weft_control_host_post, &weft_control_host::post>::call;
    table.heard = SessionCall<Function::weft_control_host_heard, &weft_control_host::heard>::call;
    table.tempo = SessionCall<Function::weft_control_host_tempo, &weft_control_host::tempo>::call;
    const std::lock_guard lock(at.mutex);
    return *at.sessions.emplace_back(std::move(made));
}

// --- weft_audio_process --------------------------------------------------------------------------

void process(void* user, const weft_audio_block* block) {
    const auto& front = *static_cast<const StreamFront*>(user);
    void* const arguments[] = {&user, &block, nullptr};
    Crossing crossing{*front.guest, Function::weft_audio_process, arguments, t_innermost};
    crossing.subject = Subject::stream;
    crossing.object = front.stream;
    const ThreadRoles roles(WEFT_THREAD_AUDIO | WEFT_THREAD_FRAME);
    const Passing passing(crossing);
    front.inner(front.user, block);
}

}  // namespace

HostFront& front_host(Room& at, const weft_host& inner) {
    auto made = std::make_unique<HostFront>();
    made->inner = &inner;
    made->guest = &at;
    weft_host& table = made->table;
    std::memcpy(&table, &inner, std::min<std::size_t>(inner.struct_size, sizeof table));
    table.struct_size =
        static_cast<std::uint32_t>(std::min<std::size_t>(inner.struct_size, sizeof table));
    table.context = made.get();
    table.log = HostCall<Function::weft_host_log, &weft_host::log>::call;
    table.lookup = lookup;
    table.expose = HostCall<Function::weft_host_expose, &weft_host::expose>::call;
    table.memory_alloc = HostCall<Function::weft_host_memory_alloc, &weft_host::memory_alloc>::call;
    table.memory_free = HostCall<Function::weft_host_memory_free, &weft_host::memory_free>::call;
    table.parallel = parallel;
    table.concurrency = HostCall<Function::weft_host_concurrency, &weft_host::concurrency>::call;
    table.cache_directory =
        HostCall<Function::weft_host_cache_directory, &weft_host::cache_directory>::call;
    if (table.device_memory != nullptr)
        table.device_memory =
            HostCall<Function::weft_host_device_memory, &weft_host::device_memory>::call;
    const std::lock_guard lock(at.mutex);
    return *at.hosts.emplace_back(std::move(made));
}

// The arguments are the ones that the plugin gets: what is replaced here it sees.
void hand_over(Room& at, Crossing& call, void* const* arguments) {
    switch (call.function) {
        case Function::weft_backend_api_create: {
            auto& host = *static_cast<const weft_host**>(arguments[0]);
            host = &front_host(at, *host).table;
            break;
        }
        case Function::weft_control_api_open: {
            auto& host = *static_cast<const weft_control_host**>(arguments[2]);
            host = &front_session(at, *host).table;
            break;
        }
        case Function::weft_audio_api_open: {
            auto& inner = *static_cast<weft_audio_process*>(arguments[2]);
            auto& user = *static_cast<void**>(arguments[3]);
            const std::lock_guard lock(at.mutex);
            auto& made = *at.streams.emplace_back(std::make_unique<StreamFront>());
            made.inner = inner;
            made.user = user;
            made.guest = &at;
            inner = process;
            user = &made;
            break;
        }
        default: break;
    }
}

void hand_back(Room& at, const Crossing& call, void* result) {
    if (call.function == Function::weft_backend_api_extension) {
        auto& table = *static_cast<const void**>(result);
        if (table != nullptr) table = front_of(at, call.argument<weft_str>(0), table);
        return;
    }
    if (call.status == nullptr || *call.status != WEFT_OK || call.made == nullptr) return;
    switch (call.function) {
        case Function::weft_backend_api_create: {
            const auto* table = call.argument<const weft_host*>(0);
            static_cast<HostFront*>(table->context)->backend = *call.made;
            break;
        }
        case Function::weft_control_api_open: {
            const auto* table = call.argument<const weft_control_host*>(2);
            static_cast<SessionFront*>(table->context)->session = *call.made;
            break;
        }
        case Function::weft_audio_api_open:
            static_cast<StreamFront*>(call.argument<void*>(3))->stream = *call.made;
            break;
        default: break;
    }
}

}  // namespace weft::plugin::border

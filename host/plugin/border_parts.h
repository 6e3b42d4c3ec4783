// What a border is made of; internal to border*.cpp.
#pragma once

#include <weft/async.h>
#include <weft/audio.h>
#include <weft/control.h>
#include <weft/counters.h>
#include <weft/devices.h>
#include <weft/gather.h>
#include <weft/memory.h>
#include <weft/residency.h>
#include <weft/semaphore.h>
#include <weft/window.h>
#include <weft/writer.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "plugin/border.h"

namespace weft::plugin::border {

extern thread_local constinit const Crossing* t_innermost;

template <class Api>
struct Table {
    const Api* inner = nullptr;
    Api outer{};
};

// A weft_host in front of the one that a back end was created with. It stays when the back end is
// gone, for plugins that still call.
struct HostFront {
    weft_host table{};
    const weft_host* inner = nullptr;
    const Guest* guest = nullptr;
    // Null before create has returned, while threads of the plugin may already call.
    std::atomic<const void*> backend{nullptr};
    struct Getter {
        HostFront* host;
        decltype(weft_binding::get_values) inner;
        void* getter;
    };
    std::mutex mutex;
    std::vector<std::unique_ptr<Getter>> getters;
};

// The same of the functions that a control session and a sound device call, which may begin before
// open has returned.
struct SessionFront {
    weft_control_host table{};
    const weft_control_host* inner = nullptr;
    const Guest* guest = nullptr;
    std::atomic<const void*> session{nullptr};
};
struct StreamFront {
    weft_audio_process inner = nullptr;
    void* user = nullptr;
    const Guest* guest = nullptr;
    std::atomic<const void*> stream{nullptr};
};

struct Room : Guest {
    std::tuple<Table<weft_backend_api>, Table<weft_async_api>, Table<weft_gather_api>,
               Table<weft_memory_api>, Table<weft_semaphore_api>, Table<weft_devices_api>,
               Table<weft_residency_api>, Table<weft_counters_api>, Table<weft_audio_api>,
               Table<weft_control_api>, Table<weft_window_api>, Table<weft_writer_api>>
        tables;
    std::mutex mutex;  // of what follows
    std::vector<std::unique_ptr<HostFront>> hosts;
    std::vector<std::unique_ptr<SessionFront>> sessions;
    std::vector<std::unique_ptr<StreamFront>> streams;
};

[[nodiscard]] Room& room(std::uint32_t number) noexcept;
// The table in front of `inner`, which is of extension `id`.
[[nodiscard]] const void* front_of(Room& room, weft_str id, const void* inner);

// What a function hands over to the other side is replaced: the fronts that stand for it while it
// is called, and what comes back after it.
void hand_over(Room& room, Crossing& call, void* const* arguments);
void hand_back(Room& room, const Crossing& call, void* result);
[[nodiscard]] HostFront& front_host(Room& room, const weft_host& inner);

// --- One call ------------------------------------------------------------------------------------

template <class T>
inline constexpr Subject kSubjectOf = std::is_same_v<T, weft_backend>           ? Subject::backend
                                      : std::is_same_v<T, weft_program>         ? Subject::program
                                      : std::is_same_v<T, weft_audio_stream>    ? Subject::stream
                                      : std::is_same_v<T, weft_control_session> ? Subject::session
                                      : std::is_same_v<T, weft_window>          ? Subject::window
                                      : std::is_same_v<T, weft_writer>          ? Subject::writer
                                                                                : Subject::none;

// Reads one argument: what the call is about, what it makes, where its error goes.
template <class T>
void read_argument(Crossing& call, T& argument) {
    if constexpr (std::is_pointer_v<T>) {
        using Pointed = std::remove_pointer_t<T>;
        if constexpr (std::is_same_v<Pointed, weft_error>) {
            call.error = argument;
        } else if constexpr (kSubjectOf<Pointed> != Subject::none) {
            call.subject = kSubjectOf<Pointed>;
            call.object = argument;
        } else if constexpr (std::is_pointer_v<Pointed>) {
            if constexpr (kSubjectOf<std::remove_pointer_t<Pointed>> != Subject::none) {
                call.makes = kSubjectOf<std::remove_pointer_t<Pointed>>;
                call.made = const_cast<const void* const*>(reinterpret_cast<void* const*>(
                    const_cast<std::remove_const_t<Pointed>*>(argument)));
            }
        }
    }
}

// Tells the watchers when it begins and ends.
class Passing {
public:
    explicit Passing(Crossing& call) noexcept : call_(call) {
        t_innermost = &call;
        call.guest.border->enter(call);
    }
    ~Passing() {
        call_.guest.border->leave(call_);
        t_innermost = call_.outer;
    }
    Passing(const Passing&) = delete;
    Passing& operator=(const Passing&) = delete;

private:
    Crossing& call_;
};

template <class R>
void returned(Crossing& call, R& result) {
    call.result = &result;
    if constexpr (std::is_same_v<R, weft_status>) call.status = &result;
}

}  // namespace weft::plugin::border

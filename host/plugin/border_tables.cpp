// The tables in front of a plugin's tables: one function for every row of calls.def and every room,
// all of one pattern.
#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

#include "plugin/border_parts.h"

namespace weft::plugin::border {
namespace {

// The function in front of `Member` of the plugin in room `Number`.
template <std::uint32_t Number, Function Name, auto Member>
struct Front;

template <std::uint32_t Number, Function Name, class Api, class R, class... A,
          R (*Api::*Member)(A...)>
struct Front<Number, Name, Member> {
    static R call(A... a) {
        Room& at = room(Number);
        void* const arguments[] = {const_cast<void*>(static_cast<const volatile void*>(&a))...,
                                   nullptr};
        Crossing crossing{at, Name, arguments, t_innermost};
        (read_argument(crossing, a), ...);
        const auto inner = std::get<Table<Api>>(at.tables).inner->*Member;
        if constexpr (std::is_void_v<R>) {
            const Passing passing(crossing);
            hand_over(at, crossing, arguments);
            inner(a...);
            hand_back(at, crossing, nullptr);
        } else {
            R result{};  // it is looked at when the call has passed
            const Passing passing(crossing);
            hand_over(at, crossing, arguments);
            result = inner(a...);
            returned(crossing, result);
            hand_back(at, crossing, &result);
            return result;
        }
    }
};

// A member that the plugin's table has is replaced.
template <std::uint32_t Number, Function Name, auto Member, class Api>
void replace(Api& table) {
    const auto* begin = reinterpret_cast<const char*>(&table);
    const auto* end = reinterpret_cast<const char*>(&(table.*Member) + 1);
    if (static_cast<std::size_t>(end - begin) <= table.struct_size && table.*Member != nullptr)
        table.*Member = Front<Number, Name, Member>::call;
}

template <std::uint32_t Number, class Api>
void replace_all(Api& table) {
#define WEFT_CALL(number, Of, function, side, threads, state, tags, since) \
    if constexpr (std::is_same_v<Api, Of>)                                 \
        replace<Number, Function::Of##_##function, &Of::function>(table);
#include <weft/calls.def>
}

// A table of the same plugin and kind that lies elsewhere is handed on as it is: a plugin has one.
template <std::uint32_t Number, class Api>
const void* front(Room& at, const void* inner) {
    auto& table = std::get<Table<Api>>(at.tables);
    if (table.inner == nullptr) {
        table.inner = static_cast<const Api*>(inner);
        const std::size_t size = std::min<std::size_t>(table.inner->struct_size, sizeof(Api));
        std::memcpy(&table.outer, inner, size);
        table.outer.struct_size = static_cast<std::uint32_t>(size);
        replace_all<Number>(table.outer);
    }
    return table.inner == inner ? &table.outer : inner;
}

template <std::uint32_t Number>
const void* front_at(Room& at, std::string_view id, const void* inner) {
    if (id.empty()) return front<Number, weft_backend_api>(at, inner);
    if (id == WEFT_ASYNC_EXTENSION) return front<Number, weft_async_api>(at, inner);
    if (id == WEFT_GATHER_EXTENSION) return front<Number, weft_gather_api>(at, inner);
    if (id == WEFT_MEMORY_EXTENSION) return front<Number, weft_memory_api>(at, inner);
    if (id == WEFT_SEMAPHORE_EXTENSION) return front<Number, weft_semaphore_api>(at, inner);
    if (id == WEFT_DEVICES_EXTENSION) return front<Number, weft_devices_api>(at, inner);
    if (id == WEFT_RESIDENCY_EXTENSION) return front<Number, weft_residency_api>(at, inner);
    if (id == WEFT_COUNTERS_EXTENSION) return front<Number, weft_counters_api>(at, inner);
    if (id == WEFT_AUDIO_EXTENSION) return front<Number, weft_audio_api>(at, inner);
    if (id == WEFT_CONTROL_EXTENSION) return front<Number, weft_control_api>(at, inner);
    if (id == WEFT_TEMPO_EXTENSION) return front<Number, weft_control_api>(at, inner);
    if (id == WEFT_WINDOW_EXTENSION) return front<Number, weft_window_api>(at, inner);
    if (id == WEFT_WRITER_EXTENSION) return front<Number, weft_writer_api>(at, inner);
    return inner;
}

template <std::uint32_t... Number>
const void* front_in(std::integer_sequence<std::uint32_t, Number...>, Room& at, std::string_view id,
                     const void* inner) {
    using Make = const void* (*)(Room&, std::string_view, const void*);
    static constexpr Make kMake[] = {front_at<Number>...};
    return kMake[at.number](at, id, inner);
}

}  // namespace

const void* front_of(Room& at, weft_str id, const void* inner) {
    const std::lock_guard lock(at.mutex);
    const std::string_view name(id.data, id.data == nullptr ? 0 : id.size);
    return front_in(std::make_integer_sequence<std::uint32_t, Border::kMostGuests>(), at, name,
                    inner);
}

}  // namespace weft::plugin::border

// calls.def for programs: every function that crosses the border has a name here, and its row.
#pragma once

#include <weft/calls.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace weft::plugin {

// As "weft_host_log"; in the order of the rows.
enum class Function : std::uint8_t {
#define WEFT_CALL(number, table, function, side, threads, state, tags, since) table##_##function,
#define WEFT_CALLBACK(number, name, side, threads, state, tags, since) name,
#include <weft/calls.def>
};

struct CallRow {
    std::uint32_t number;
    std::string_view table;  // "weft_host"; "" where it is handed over by itself
    std::string_view name;   // "log"
    std::uint32_t side;
    std::uint32_t threads;
    std::uint32_t state;
    std::uint32_t tags;
};

inline constexpr CallRow kCallRows[] = {
#define WEFT_CALL(number, table, function, side, threads, state, tags, since) \
    {number, #table, #function, side, threads, state, tags},
#define WEFT_CALLBACK(number, name, side, threads, state, tags, since) \
    {number, "", #name, side, threads, state, tags},
#include <weft/calls.def>
};
inline constexpr std::size_t kCallCount = sizeof kCallRows / sizeof kCallRows[0];

[[nodiscard]] constexpr const CallRow& row_of(Function function) {
    return kCallRows[static_cast<std::size_t>(function)];
}

// The first of several threads' words: "frame-thread".
[[nodiscard]] constexpr const char* thread_word(std::uint32_t threads) {
    if ((threads & WEFT_THREAD_AUDIO) != 0) return "the audio-thread";
    if ((threads & WEFT_THREAD_WORKER) != 0) return "a worker";
    if ((threads & WEFT_THREAD_FRAME) != 0) return "the frame-thread";
    if ((threads & WEFT_THREAD_COMPILE) != 0) return "the compile-thread";
    if ((threads & WEFT_THREAD_MAIN) != 0) return "the main-thread";
    return "any-thread";
}

}  // namespace weft::plugin

#include "driver/validate/host_rules.h"

#include <fmt/format.h>
#include <weft/calls.h>

#include <algorithm>
#include <array>

namespace weft::validate {
namespace {

struct Row {
    std::string_view table;
    std::string_view function;
    std::uint32_t side;
    std::uint32_t threads;
    std::uint32_t state;
    std::uint32_t tags;
};
constexpr Row kRows[] = {
#define WEFT_CALL(number, table, function, side, threads, state, tags, since) \
    {#table, #function, side, threads, state, tags},
#include <weft/calls.def>
};

// The row of a function of the plugin, called "execute" or "weft_async_api.submit".
const Row* row_within(std::string_view name) {
    const auto dot = name.find('.');
    for (const Row& row : kRows) {
        if (row.side != WEFT_CALL_PLUGIN) continue;
        const bool table = dot == std::string_view::npos || row.table == name.substr(0, dot);
        if (table && row.function == name.substr(dot == std::string_view::npos ? 0 : dot + 1))
            return &row;
    }
    return nullptr;
}

const Row& row_of(Service service) {
    const std::string_view name = name_of(service);
    return *std::find_if(std::begin(kRows), std::end(kRows), [&](const Row& row) {
        return row.table == "weft_host" && row.function == name;
    });
}

std::string words(std::uint32_t threads) {
    constexpr std::pair<std::uint32_t, std::string_view> kNames[] = {
        {WEFT_THREAD_MAIN, "main-thread"},   {WEFT_THREAD_COMPILE, "compile-thread"},
        {WEFT_THREAD_FRAME, "frame-thread"}, {WEFT_THREAD_AUDIO, "audio-thread"},
        {WEFT_THREAD_WORKER, "worker"},
    };
    std::string list;
    for (const auto& [bit, name] : kNames)
        if ((threads & bit) != 0) list += fmt::format("{}{}", list.empty() ? "" : ", ", name);
    return "[" + list + "]";
}

std::string where(const Use& use) {
    return use.within.empty() ? fmt::format("from {}", use.thread)
                              : fmt::format("within {}", use.within);
}

}  // namespace

std::string thread_trouble(const Use& use) {
    const Row& host = row_of(use.service);
    const auto trouble = [&](std::string_view rule) {
        return fmt::format("{} is called {}, and is {}", host.function, where(use), rule);
    };
    if (host.state == WEFT_STATE_COMPILING && use.within != "compile")
        return trouble("for compile alone");
    if (host.threads == WEFT_THREAD_ANY) return {};
    std::uint32_t thread = 0;
    if (const Row* const row = row_within(use.within)) {
        thread = row->threads;
    } else if (use.thread.starts_with("worker ")) {
        thread = WEFT_THREAD_WORKER;
    }
    if ((host.threads & thread) != 0) return {};
    return trouble("for the " + words(host.threads));
}

std::string promise_trouble(const Use& use) {
    const Row* const row = row_within(use.within);
    const Row& host = row_of(use.service);
    if (!row) return {};
    const bool allocates =
        (row->tags & WEFT_CALL_NO_ALLOCATION) != 0 && (host.tags & WEFT_CALL_ALLOCATES) != 0;
    const bool asks = (row->tags & WEFT_CALL_NO_QUERY) != 0 && (host.tags & WEFT_CALL_QUERY) != 0;
    if (!allocates && !asks) return {};
    return fmt::format("{} is called within {}, which promises {}", host.function, use.within,
                       allocates ? "no allocation" : "no host query");
}

}  // namespace weft::validate

// One call across the ABI. Whatever the other side does short of crashing becomes a Result: a
// status, a number that is no status, a message that is none, an exception of C++ or another kind.
#pragma once

#include <weft/abi.h>

#include <exception>
#include <string>
#include <string_view>

#include "base/result.h"
#include "plugin/whereabouts.h"

namespace weft::plugin {

// Text from the other side, fit for one line of a message: at most `limit` bytes, control
// characters and line ends as spaces, broken UTF-8 as '?'.
[[nodiscard]] std::string one_line(std::string_view text, std::size_t limit = 512);

// "out of memory", for a status that comes without a message.
[[nodiscard]] std::string_view status_text(weft_status status);

// "plugin 'tape', compile: reason (in 'img')".
[[nodiscard]] Error call_error(std::string_view plugin, std::string_view function,
                               weft_status status, const weft_error& record);
[[nodiscard]] Error thrown_error(std::string_view plugin, std::string_view function,
                                 const char* what);

// Writes what says that a record is empty, not all of its text.
inline void clear(weft_error& error) {
    error.struct_size = sizeof error;
    error.code = WEFT_OK;
    error.message[0] = '\0';
    error.node[0] = '\0';
    error.span = {WEFT_NO_FILE, 0, 0};
}

[[nodiscard]] inline weft_error empty_error() {
    weft_error error;
    clear(error);
    return error;
}

// Calls `function(weft_error*)`, which returns a status. Costs nothing more when it succeeds.
template <class Function>
[[nodiscard]] Result<void> call(std::string_view plugin, std::string_view name, Function&& function,
                                weft_error* detail = nullptr) {
    weft_error own;
    weft_error& record = detail ? *detail : own;
    clear(record);
    const Inside inside(plugin, name);
    try {
        const weft_status status = function(&record);
        if (status == WEFT_OK) [[likely]]
            return {};
        return call_error(plugin, name, status, record);
    } catch (const std::exception& e) {
        return thrown_error(plugin, name, e.what());
    } catch (...) {
        return thrown_error(plugin, name, nullptr);
    }
}

// The same for functions without a status: their result goes where the lambda puts it.
template <class Function>
[[nodiscard]] Result<void> call_plain(std::string_view plugin, std::string_view name,
                                      Function&& function) {
    return call(plugin, name, [&](weft_error*) -> weft_status {
        function();
        return WEFT_OK;
    });
}

}  // namespace weft::plugin

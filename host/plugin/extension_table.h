// The table of an extension, only where it can be trusted. For the files that wrap extensions.
#pragma once

#include <cstring>
#include <string>

#include "plugin/backend.h"
#include "plugin/call.h"

namespace weft::plugin {

// The table if all of it is there. A table that is too short or has holes is one that is not
// offered: the host goes on without it.
template <class Api, class... Functions>
const Api* table_of(const Backend& backend, const char* id, Functions Api::*... functions) {
    const auto* table = static_cast<const Api*>(backend.extension(id));
    if (table == nullptr || table->struct_size < sizeof(Api)) return nullptr;
    const bool whole = ((table->*functions != nullptr) && ...);
    return whole ? table : nullptr;
}

[[nodiscard]] inline Error not_offered(std::string_view backend, const char* id) {
    return {WEFT_UNSUPPORTED, "plugin '" + std::string(backend) + "' does not offer " + id};
}

// A text from the other side as one line.
template <std::size_t N>
void clean(char (&text)[N]) {
    const std::string line = one_line({text, strnlen(text, sizeof text)}, sizeof text - 1);
    std::memcpy(text, line.c_str(), line.size() + 1);
}

[[nodiscard]] inline Error broken_promise(const Backend& backend, const char* function,
                                          const char* what) {
    weft_error record = empty_error();
    std::strncpy(record.message, what, sizeof record.message - 1);
    return call_error(backend.name(), function, WEFT_INTERNAL, record);
}

}  // namespace weft::plugin

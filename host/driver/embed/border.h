// Where the C API begins: structs of callers who know fewer or more members than we do, failures as
// status and record, no exception.
#pragma once

#include <weft/abi.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>

#include <weft/cpp/text.hpp>

#include "base/result.h"

namespace weft::driver {

[[nodiscard]] inline Error invalid(std::string message) {
    return {WEFT_INVALID, std::move(message)};
}

// Runs a function's body, which returns a Result<void>.
template <class Body>
[[nodiscard]] weft_status at_border(weft_error* error, const Body& body) noexcept {
    try {
        const Result<void> done = body();
        return done ? WEFT_OK : cpp::fill(error, done.error().status, done.error().message);
    } catch (...) {
        return cpp::fill_from_exception(error);
    }
}

// Bytes that a struct had in its first version: to be stated where it has grown since.
template <class Struct>
inline constexpr std::size_t kFirstSize = sizeof(Struct);

// `given` is there, and has what the first version had.
template <class Struct>
[[nodiscard]] Result<void> check_struct(const Struct* given, const char* name) {
    if (given == nullptr) {
        return invalid(std::string(name) + " is NULL");
    }
    if (given->struct_size < kFirstSize<Struct>) {
        return invalid(std::string(name) + ".struct_size is " + std::to_string(given->struct_size) +
                       ", less than the " + std::to_string(kFirstSize<Struct>) +
                       " of the first version");
    }
    return {};
}

// What the caller gave, with 0 for what he knows nothing of.
template <class Struct>
[[nodiscard]] Result<Struct> take_in(const Struct* given, const char* name) {
    if (auto done = check_struct(given, name); !done) {
        return std::move(done).error();
    }
    Struct known{};
    std::memcpy(&known, given, std::min<std::size_t>(given->struct_size, sizeof known));
    return known;
}

// Fills the caller's struct as far as it goes.
template <class Struct>
void hand_out(Struct filled, Struct* to) {
    filled.struct_size = to->struct_size;
    std::memcpy(to, &filled, std::min<std::size_t>(to->struct_size, sizeof filled));
}

[[nodiscard]] inline std::string text_of(const weft_str& text) {
    return std::string(cpp::view(text));
}

}  // namespace weft::driver

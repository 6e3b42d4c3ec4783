// Failures as values: no exception crosses the ABI. A Failure becomes the caller's weft_error
// record in plugin.cpp, nowhere else.
#pragma once

#include <weft/abi.h>

#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace weft::osc {

struct Failure {
    weft_status code = WEFT_INTERNAL;
    std::string message;    // one line, no full stop
    std::string node = {};  // the instance it concerns, "" if none
    weft_span span = {WEFT_NO_FILE, 0, 0};
};

// A value, or why there is none.
template <class T>
class [[nodiscard]] Result {
public:
    Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
    Result(Failure failure) : state_(std::in_place_index<1>, std::move(failure)) {}
    [[nodiscard]] bool ok() const { return state_.index() == 0; }
    [[nodiscard]] T& operator*() { return *std::get_if<0>(&state_); }
    [[nodiscard]] T* operator->() { return std::get_if<0>(&state_); }
    [[nodiscard]] Failure& failure() { return *std::get_if<1>(&state_); }

private:
    std::variant<T, Failure> state_;
};

inline std::string_view view(weft_str text) {
    return {text.data, static_cast<size_t>(text.data ? text.size : 0)};
}

inline weft_str text(std::string_view view) {
    return {view.data(), view.size()};
}

}  // namespace weft::osc

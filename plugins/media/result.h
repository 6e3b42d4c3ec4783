// Failures as values: the plugin's half of the rule that no exception crosses the ABI. A Failure
// becomes the caller's weft_error record in plugin.cpp and writer.cpp, nowhere else.
#pragma once

#include <weft/abi.h>

#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace weft::media {

struct Failure {
    weft_status code = WEFT_INTERNAL;
    std::string message;  // one line, no full stop
};

// Nothing, or why it went wrong.
class [[nodiscard]] Status {
public:
    Status() = default;
    Status(Failure failure) : failure_(std::move(failure)) {}
    [[nodiscard]] bool ok() const { return !failure_; }
    [[nodiscard]] const Failure& failure() const { return *failure_; }

private:
    std::optional<Failure> failure_;
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
    [[nodiscard]] const Failure& failure() const { return *std::get_if<1>(&state_); }

private:
    std::variant<T, Failure> state_;
};

// Copies a failure into the caller's record, if there is one, and returns its code.
inline weft_status report(const Failure& failure, weft_error* error) {
    if (error) {
        error->code = failure.code;
        std::snprintf(error->message, sizeof error->message, "%s", failure.message.c_str());
    }
    return failure.code;
}

inline weft_status report(weft_status reported, weft_error*) {
    return reported;
}
inline weft_status report(const Status& status, weft_error* error) {
    return status.ok() ? WEFT_OK : report(status.failure(), error);
}

inline std::string_view view(weft_str text) {
    return {text.data, static_cast<size_t>(text.data ? text.size : 0)};
}

inline weft_str text(std::string_view view) {
    return {view.data(), view.size()};
}

}  // namespace weft::media

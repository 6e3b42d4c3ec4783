// Internal failures as values: a Result is what was asked for, or why it could not be had. What a
// user did wrong goes to Diagnostics instead; a status and message met here become a diagnostic
// or an ABI error record at the layer that knows the place.
#pragma once

#include <weft/abi.h>

#include <cassert>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

namespace weft {

struct Error {
    weft_status status = WEFT_INTERNAL;  // never WEFT_OK
    std::string message;                 // one sentence, no trailing newline
};

template <class T>
class [[nodiscard]] Result {
    static_assert(!std::is_reference_v<T> && !std::is_same_v<std::remove_cv_t<T>, Error>);

public:
    Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

    [[nodiscard]] bool ok() const { return state_.index() == 0; }
    explicit operator bool() const { return ok(); }

    // Only when ok().
    [[nodiscard]] T& value() & { return *checked_value(); }
    [[nodiscard]] const T& value() const& { return *checked_value(); }
    [[nodiscard]] T&& value() && { return std::move(*checked_value()); }
    T& operator*() & { return *checked_value(); }
    const T& operator*() const& { return *checked_value(); }
    T&& operator*() && { return std::move(*checked_value()); }
    T* operator->() { return checked_value(); }
    const T* operator->() const { return checked_value(); }

    // Only when !ok().
    [[nodiscard]] const Error& error() const& { return *checked_error(); }
    [[nodiscard]] Error&& error() && { return std::move(*checked_error()); }

private:
    T* checked_value() {
        assert(ok());
        return std::get_if<0>(&state_);
    }
    const T* checked_value() const {
        assert(ok());
        return std::get_if<0>(&state_);
    }
    Error* checked_error() {
        assert(!ok());
        return std::get_if<1>(&state_);
    }
    const Error* checked_error() const {
        assert(!ok());
        return std::get_if<1>(&state_);
    }

    std::variant<T, Error> state_;
};

// The outcome of work that has no value: `return {};` is success.
template <>
class [[nodiscard]] Result<void> {
public:
    Result() = default;
    Result(Error error) : error_(std::move(error)) {}

    [[nodiscard]] bool ok() const { return !error_.has_value(); }
    explicit operator bool() const { return ok(); }

    // Only when !ok().
    [[nodiscard]] const Error& error() const& {
        assert(!ok());
        return *error_;
    }
    [[nodiscard]] Error&& error() && {
        assert(!ok());
        return std::move(*error_);
    }

private:
    std::optional<Error> error_;
};

}  // namespace weft

// Text, lists and failures of the ABI as C++ knows them. Optional: the C headers are the contract.
#pragma once

#include <weft/abi.h>

#include <cstddef>
#include <exception>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace weft::cpp {

// Borrows; the text must outlive the result.
[[nodiscard]] constexpr weft_str to_str(std::string_view text) {
    return {text.data(), text.size()};
}

[[nodiscard]] constexpr std::string_view view(const weft_str& text) {
    return text.data ? std::string_view(text.data, static_cast<std::size_t>(text.size))
                     : std::string_view();
}

// The pair of pointer and count of which the ABI is full, to be walked by a range-for.
template <class T>
[[nodiscard]] constexpr std::span<const T> list(const T* data, std::size_t count) {
    return data ? std::span<const T>(data, count) : std::span<const T>();
}

// What a function of a back end throws to fail; the layer turns it into the weft_error of the call.
class Failure : public std::exception {
public:
    Failure(weft_status code, std::string message, std::string node = {},
            weft_span span = {WEFT_NO_FILE, 0, 0})
        : code_(code), message_(std::move(message)), node_(std::move(node)), span_(span) {}

    [[nodiscard]] const char* what() const noexcept override { return message_.c_str(); }
    [[nodiscard]] weft_status code() const noexcept { return code_; }
    [[nodiscard]] const std::string& node() const noexcept { return node_; }
    [[nodiscard]] weft_span span() const noexcept { return span_; }

private:
    weft_status code_;
    std::string message_;
    std::string node_;
    weft_span span_;
};

// Copies as much as fits, never through the middle of a character, and terminates it.
template <std::size_t N>
void copy_text(char (&to)[N], std::string_view from) noexcept {
    std::size_t size = from.size() < N ? from.size() : N - 1;
    while (size > 0 && size < from.size() &&
           (static_cast<unsigned char>(from[size]) & 0xc0) == 0x80)
        --size;
    from.copy(to, size);
    to[size] = '\0';
}

// Fills the caller's record, which may be absent, and returns the code for `return fill(...)`.
inline weft_status fill(weft_error* error, weft_status code, std::string_view message,
                        std::string_view node = {},
                        weft_span span = {WEFT_NO_FILE, 0, 0}) noexcept {
    if (error) {
        error->code = code;
        copy_text(error->message, message);
        copy_text(error->node, node);
        error->span = span;
    }
    return code;
}

// What is being thrown, as a status and in the record. Inside a handler only; a function of its
// own, so that a call that succeeds saves no registers for it.
[[gnu::noinline]] inline weft_status fill_from_exception(weft_error* error) noexcept {
    try {
        throw;
    } catch (const Failure& f) {
        return fill(error, f.code() == WEFT_OK ? WEFT_INTERNAL : f.code(), f.what(), f.node(),
                    f.span());
    } catch (const std::bad_alloc&) {
        return fill(error, WEFT_INTERNAL, "out of memory");
    } catch (const std::exception& e) {
        return fill(error, WEFT_INTERNAL, e.what());
    } catch (...) {
        return fill(error, WEFT_INTERNAL, "an exception of an unknown kind");
    }
}

// Runs `body`; whatever it throws becomes a status and the record.
template <class Body>
weft_status guarded(weft_error* error, Body&& body) noexcept {
    try {
        body();
        return WEFT_OK;
    } catch (...) {
        return fill_from_exception(error);
    }
}

}  // namespace weft::cpp

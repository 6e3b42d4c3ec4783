// What the user is told. Passes add diagnostics here and go on; only the driver prints and exits.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "base/source.h"

namespace weft {

enum class Severity { error, warning, lint };

// One enumerator per line of codes.def, named after it.
enum class Code : int {
#define WEFT_CODE(number, severity, name, text) name = number,
#include "base/codes.def"
#undef WEFT_CODE
};

struct Note {
    Span span;  // may be invalid: then the note stands without a place
    std::string text;
};

struct Diagnostic {
    Code code;
    Severity severity;
    Span span;
    std::string text;
    std::vector<Note> notes;
    std::string suggestion;  // "did you mean 'x'?" or what to do; empty if none

    Diagnostic& note(Span at, std::string text_);
    Diagnostic& suggest(std::string text_);
};

// Collects diagnostics in the order found. Stops storing (but keeps counting) after
// `kMaxErrors` errors, and as many warnings, so that hostile input cannot fill memory. Not thread
// safe.
class Diagnostics {
public:
    static constexpr std::size_t kMaxErrors = 100;

    explicit Diagnostics(const SourceMap* sources) : sources_(sources) {}

    // Formats the catalogue's text with `args` ({0}, {1}, ...). The reference is valid until the
    // next call of add.
    Diagnostic& add(Code code, Span span, std::initializer_list<std::string_view> args = {});

    [[nodiscard]] bool has_errors() const { return errors_ != 0; }
    [[nodiscard]] std::size_t error_count() const { return errors_; }
    [[nodiscard]] const std::vector<Diagnostic>& all() const { return list_; }
    [[nodiscard]] const SourceMap* sources() const { return sources_; }

    // All diagnostics as text:
    //   file:3:16: error: text [W0123]
    //     3 | source line
    //       |      ^~~~
    //   note/help lines
    // `from`: the first of all() to be told.
    [[nodiscard]] std::string render(bool color, std::size_t from = 0) const;
    // One of all() alone.
    [[nodiscard]] std::string render_one(std::size_t index, bool color) const;
    // One JSON array: [{"code":"W0123","severity":"error","file":..,"line":..,"column":..,
    // "end_line":..,"end_column":..,"text":..,"notes":[..],"suggestion":..}].
    [[nodiscard]] std::string render_json() const;

private:
    const SourceMap* sources_;
    std::vector<Diagnostic> list_;
    Diagnostic overflow_{};
    std::size_t errors_ = 0;
    std::size_t others_ = 0;  // warnings and lints, capped alike
};

// "W0123" for a code.
[[nodiscard]] std::string code_name(Code code);

// The candidate nearest to `name` by Damerau-Levenshtein distance, if it is near enough to be a
// likely misspelling; else empty.
[[nodiscard]] std::string_view nearest_name(std::string_view name,
                                            const std::vector<std::string_view>& candidates);

}  // namespace weft

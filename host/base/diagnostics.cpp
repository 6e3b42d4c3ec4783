// Collecting diagnostics; printing them is in render.cpp.
#include "base/diagnostics.h"

#include <array>
#include <cassert>
#include <cstdio>

namespace weft {
namespace {

struct CatalogueEntry {
    Code code;
    Severity severity;
    const char* text;
};

constexpr std::array kCatalogue{
#define WEFT_CODE(number, severity, name, text) \
    CatalogueEntry{Code::name, Severity::severity, text},
#include "base/codes.def"
#undef WEFT_CODE
};

// A number that appears twice would be two enumerators with one value: refuse to compile.
constexpr bool numbers_are_unique() {
    for (std::size_t i = 0; i < kCatalogue.size(); ++i)
        for (std::size_t j = 0; j < i; ++j)
            if (kCatalogue[i].code == kCatalogue[j].code) return false;
    return true;
}
static_assert(numbers_are_unique(), "a number of codes.def is used twice");

const CatalogueEntry& entry_of(Code code) {
    for (const CatalogueEntry& entry : kCatalogue)
        if (entry.code == code) return entry;
    assert(false && "a code that is not in the catalogue");
    return kCatalogue.front();
}

std::string fill(const char* text, std::initializer_list<std::string_view> args) {
    std::string result;
    for (const char* at = text; *at != '\0'; ++at) {
        const bool placeholder = at[0] == '{' && at[1] >= '0' && at[1] <= '9' && at[2] == '}';
        if (!placeholder) {
            result += *at;
            continue;
        }
        const auto index = static_cast<std::size_t>(at[1] - '0');
        assert(index < args.size() && "the catalogue's text names more arguments than given");
        if (index < args.size()) result += args.begin()[index];
        at += 2;
    }
    return result;
}

}  // namespace

Diagnostic& Diagnostic::note(Span at, std::string text_) {
    notes.push_back({at, std::move(text_)});
    return *this;
}

Diagnostic& Diagnostic::suggest(std::string text_) {
    suggestion = std::move(text_);
    return *this;
}

Diagnostic& Diagnostics::add(Code code, Span span, std::initializer_list<std::string_view> args) {
    const CatalogueEntry& entry = entry_of(code);
    const bool is_error = entry.severity == Severity::error;
    if (is_error)
        ++errors_;
    else
        ++others_;
    Diagnostic diagnostic{code, entry.severity, span, fill(entry.text, args), {}, {}};
    if ((is_error ? errors_ : others_) > kMaxErrors) return overflow_ = std::move(diagnostic);
    return list_.emplace_back(std::move(diagnostic));
}

std::string code_name(Code code) {
    char buffer[16];
    std::snprintf(buffer, sizeof buffer, "W%04d", static_cast<int>(code));
    return buffer;
}

}  // namespace weft

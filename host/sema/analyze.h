// Syntax to checked program.
#pragma once

#include <functional>
#include <optional>

#include "base/diagnostics.h"
#include "sema/program.h"
#include "syntax/ast.h"

namespace weft::sema {

// A source that a program may open: a row of <weft/builtins.def>, or what a plugin's manifest
// declares.
struct Builtin {
    std::string_view name, plugin;
    std::uint32_t context = 0, least = 0, most = 0, least_outputs = 0, most_outputs = 0;
    std::string_view axis, arguments, options;
};
// The row of <weft/builtins.def>, or null.
[[nodiscard]] const Builtin* find_builtin(std::string_view name);
// Whether something can be called that; free: nothing of the language is yet.
[[nodiscard]] bool is_name(std::string_view word);
[[nodiscard]] bool is_free_name(std::string_view word);

// What sema must know of the world around the program.
struct Environment {
    std::vector<std::string> include_directories;
    // Is there a usable plugin that opens this builtin, or delivers this sink? Empty: everything
    // is.
    std::function<bool(std::string_view builtin_or_sink)> available;
    // What a file extension can hold (WEFT_WRITES_* mask), 0 if no plugin writes it.
    std::function<std::uint32_t(std::string_view extension)> writes;
    // Settings given on the command line; they win over `me<...>`.
    std::array<std::optional<double>, WEFT_FIELD_COUNT> overrides;
    bool check_files = true;  // a missing media file is an error
    // Sources that plugins brought with them; of several of one name the first. The texts outlive
    // the program.
    std::vector<Builtin> builtins;
    // The text of a file that is not read from the disk; none: it is. Empty: all are.
    std::function<std::optional<std::string>(const std::string& path)> text;
};

// Reads `path` with everything it uses, parses and checks it. Always returns a program that is safe
// to look at; it is meaningful only if `diagnostics` has no errors. `-` reads standard input.
[[nodiscard]] Program analyze(const std::string& path, SourceMap& sources,
                              const Environment& environment, Diagnostics& diagnostics);

// The same for a text that is not in a file (tests, fuzzers, eval); `path` names it in messages.
[[nodiscard]] Program analyze_text(std::string path, std::string text, SourceMap& sources,
                                   const Environment& environment, Diagnostics& diagnostics);

// Checks one more expression ("img@r", "sin(me@x)") against a finished program, for `weft eval`.
// Returns its scalar items (a bare instance gives all its strands), empty on error.
[[nodiscard]] std::vector<const Expr*> analyze_expression(Program& program, std::string text,
                                                          SourceMap& sources,
                                                          Diagnostics& diagnostics);

}  // namespace weft::sema

// Text to tree. Recovers after an error at the next statement, so that one run reports several.
#pragma once

#include "base/diagnostics.h"
#include "syntax/ast.h"

namespace weft::syntax {

// Limits that keep any bytes from exhausting memory or the stack; each has its message.
inline constexpr std::size_t kMaxSourceBytes = 64u << 20;
inline constexpr int kMaxDepth = 256;    // nesting of expressions and blocks
inline constexpr int kMaxHeight = 1000;  // of an expression tree: a + b + c + ... grows one a term
inline constexpr std::size_t kMaxExpressions = 4'000'000;  // of one file, about 1 GiB

// Never throws, never hangs; on error the tree holds what could be read.
[[nodiscard]] SyntaxTree parse(const SourceMap& sources, FileId file, Diagnostics& diagnostics);

// Parses a text that is one expression into the arena of `tree`; null on error.
[[nodiscard]] ExprPtr parse_expression(const SourceMap& sources, FileId file,
                                       Diagnostics& diagnostics, SyntaxTree& tree);

// The canonical text of a tree, comments kept, idempotent: format(parse(format(t))) == format(t).
// Only for trees parsed without errors.
[[nodiscard]] std::string format(const SourceMap& sources, const SyntaxTree& tree);

}  // namespace weft::syntax

// Text to tokens, on demand: a token lives only while the parser looks at it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostics.h"
#include "syntax/ast.h"
#include "syntax/token.h"

namespace weft::syntax {

class Lexer {
public:
    // The source must outlive the lexer. Comments are appended to `comments`.
    Lexer(const SourceMap& sources, FileId file, std::vector<Comment>& comments,
          Diagnostics& diagnostics);

    // The next token; `end` for ever after the last one.
    [[nodiscard]] Token next();

    [[nodiscard]] std::string_view text(const Token& token) const {
        return text_.substr(token.begin, token.end - token.begin);
    }

private:
    void skip_blanks();
    void block_comment();
    [[nodiscard]] Token word();
    [[nodiscard]] Token number();
    [[nodiscard]] Token string();
    [[nodiscard]] Token symbol();
    [[nodiscard]] Token token(TokenKind kind, std::size_t length);
    [[nodiscard]] char peek(std::size_t ahead = 0) const {
        return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
    }
    [[nodiscard]] Span span(std::size_t begin, std::size_t end) const;

    std::string_view text_;
    FileId file_;
    std::vector<Comment>& comments_;
    Diagnostics& diagnostics_;
    std::size_t at_ = 0;
    bool first_on_line_ = true;
};

// The contents of a string token (with its quotes), escapes resolved.
[[nodiscard]] std::string string_contents(std::string_view token);

}  // namespace weft::syntax

// What the lexer hands to the parser.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/source.h"

namespace weft::syntax {

// clang-format off
enum class TokenKind : std::uint8_t {
    end,
    invalid,  // could not be read; whoever meets it gives up on the statement
    name,
    keyword,
    number,
    string,
    hash,
    less, less_equal, greater, greater_equal, equal, not_equal,
    shift_left,   // `<<`: less, or two bundles opening where an operand is due
    shift_right,  // `>>`: greater, or two bundles closing
    assign, plus_assign, minus_assign, times_assign, divide_assign,
    plus, minus, times, divide, percent, power,
    left_paren, right_paren, left_bracket, right_bracket, left_brace, right_brace,
    comma, colon, double_colon, at, tilde,
};

// Words that are no names anywhere but behind '@' and before ':'.
enum class Keyword : std::uint8_t {
    none,
    spindle_, use_, out_, for_, in_, to_, if_, then_, else_, and_, or_, not_, me_,
    display_, render_, play_, osc_, midi_, export_, data_, compute_,
};
// clang-format on

struct Token {
    TokenKind kind = TokenKind::end;
    Keyword keyword = Keyword::none;
    bool first_on_line = false;  // newlines mean nothing; they only guide recovery from errors
    bool reported = false;       // invalid: the lexer has already said why
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
};

// The keyword that `word`, an ASCII word, spells; or none.
[[nodiscard]] Keyword keyword_of(std::string_view word);

// Whether the keyword begins a sink statement.
[[nodiscard]] constexpr bool is_sink(Keyword keyword) {
    return keyword >= Keyword::display_;
}

}  // namespace weft::syntax

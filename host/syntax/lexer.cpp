// Text to tokens. A defect inside a token (an escape, a number) is reported here and the token goes
// on, so that it costs one message; a character that is no token at all is left to the parser.
#include "syntax/lexer.h"

#include <algorithm>
#include <array>

namespace weft::syntax {
namespace {

// Not <cctype>: the language is the same in every locale.
constexpr bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
constexpr bool is_word_start(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
constexpr bool is_word(char c) {
    return is_word_start(c) || is_digit(c);
}

struct Word {
    std::string_view text;
    Keyword keyword;
};

// clang-format off
// Grouped by first letter.
constexpr std::array kKeywords{
    Word{"and", Keyword::and_},         Word{"compute", Keyword::compute_},
    Word{"data", Keyword::data_},       Word{"display", Keyword::display_},
    Word{"else", Keyword::else_},       Word{"export", Keyword::export_},
    Word{"for", Keyword::for_},         Word{"if", Keyword::if_},
    Word{"in", Keyword::in_},           Word{"me", Keyword::me_},
    Word{"midi", Keyword::midi_},       Word{"not", Keyword::not_},
    Word{"or", Keyword::or_},           Word{"osc", Keyword::osc_},
    Word{"out", Keyword::out_},         Word{"play", Keyword::play_},
    Word{"render", Keyword::render_},   Word{"spindle", Keyword::spindle_},
    Word{"then", Keyword::then_},       Word{"to", Keyword::to_},
    Word{"use", Keyword::use_},
};

struct Symbol {
    std::string_view text;
    TokenKind kind;
};

// Grouped by first character, longest first.
constexpr std::array kSymbols{
    Symbol{"<<=", TokenKind::less_equal},
    Symbol{"<<", TokenKind::shift_left},
    Symbol{"<=", TokenKind::less_equal},
    Symbol{"<", TokenKind::less},
    Symbol{">>=", TokenKind::greater_equal},
    Symbol{">>", TokenKind::shift_right},
    Symbol{">=", TokenKind::greater_equal},
    Symbol{">", TokenKind::greater},
    Symbol{"===", TokenKind::equal},
    Symbol{"==", TokenKind::equal},
    Symbol{"=", TokenKind::assign},
    Symbol{"!=", TokenKind::not_equal},
    Symbol{"+=", TokenKind::plus_assign},
    Symbol{"+", TokenKind::plus},
    Symbol{"-=", TokenKind::minus_assign},
    Symbol{"-", TokenKind::minus},
    Symbol{"*=", TokenKind::times_assign},
    Symbol{"*", TokenKind::times},
    Symbol{"/=", TokenKind::divide_assign},
    Symbol{"/", TokenKind::divide},
    Symbol{"::", TokenKind::double_colon},
    Symbol{":", TokenKind::colon},
    Symbol{"%", TokenKind::percent},
    Symbol{"^", TokenKind::power},
    Symbol{"(", TokenKind::left_paren},
    Symbol{")", TokenKind::right_paren},
    Symbol{"[", TokenKind::left_bracket},
    Symbol{"]", TokenKind::right_bracket},
    Symbol{"{", TokenKind::left_brace},
    Symbol{"}", TokenKind::right_brace},
    Symbol{",", TokenKind::comma},
    Symbol{"@", TokenKind::at},
    Symbol{"~", TokenKind::tilde},
    Symbol{"#", TokenKind::hash},
};
// clang-format on

// For each first character where its group begins in `table`, or the table's size.
template <class Table>
constexpr std::array<std::uint8_t, 128> group_starts(const Table& table) {
    std::array<std::uint8_t, 128> starts{};
    starts.fill(static_cast<std::uint8_t>(table.size()));
    for (std::size_t i = table.size(); i-- > 0;)
        starts[static_cast<std::size_t>(table[i].text[0])] = static_cast<std::uint8_t>(i);
    return starts;
}

// A character between two of one group would hide the rest of it.
template <class Table>
constexpr bool is_grouped(const Table& table) {
    for (std::size_t i = 1; i < table.size(); ++i)
        for (std::size_t j = 0; j + 1 < i; ++j)
            if (table[i].text[0] == table[j].text[0] && table[i].text[0] != table[i - 1].text[0])
                return false;
    return true;
}

constexpr auto kKeywordStarts = group_starts(kKeywords);
constexpr auto kSymbolStarts = group_starts(kSymbols);
static_assert(is_grouped(kKeywords) && is_grouped(kSymbols));

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

}  // namespace

Keyword keyword_of(std::string_view word) {
    for (std::size_t i = kKeywordStarts[static_cast<std::size_t>(word[0])];
         i < kKeywords.size() && kKeywords[i].text[0] == word[0]; ++i)
        if (kKeywords[i].text == word) return kKeywords[i].keyword;
    return Keyword::none;
}

Lexer::Lexer(const SourceMap& sources, FileId file, std::vector<Comment>& comments,
             Diagnostics& diagnostics)
    : text_(sources.file(file).text), file_(file), comments_(comments), diagnostics_(diagnostics) {
    if (text_.substr(0, kByteOrderMark.size()) == kByteOrderMark) at_ = kByteOrderMark.size();
}

Span Lexer::span(std::size_t begin, std::size_t end) const {
    return {file_, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
}

Token Lexer::token(TokenKind kind, std::size_t length) {
    Token result;
    result.kind = kind;
    result.first_on_line = first_on_line_;
    result.begin = static_cast<std::uint32_t>(at_);
    at_ += length;
    result.end = static_cast<std::uint32_t>(at_);
    first_on_line_ = false;
    return result;
}

Token Lexer::next() {
    skip_blanks();
    if (at_ >= text_.size()) return token(TokenKind::end, 0);
    const char c = peek();
    if (is_word_start(c)) return word();
    if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return number();
    if (c == '"') return string();
    return symbol();
}

// White space and comments. A line comment ends before its newline.
void Lexer::skip_blanks() {
    while (at_ < text_.size()) {
        const char c = peek();
        if (c == '\n') {
            first_on_line_ = true;
            ++at_;
        } else if (c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v') {
            ++at_;
        } else if (c == '/' && peek(1) == '/') {
            const std::size_t begin = at_;
            at_ = std::min(text_.find('\n', at_), text_.size());
            std::size_t end = at_;
            if (text_[end - 1] == '\r') --end;
            comments_.push_back({span(begin, end), first_on_line_});
        } else if (c == '/' && peek(1) == '*') {
            block_comment();
        } else {
            return;
        }
    }
}

void Lexer::block_comment() {
    const std::size_t begin = at_;
    const std::size_t close = text_.find("*/", at_ + 2);
    if (close == std::string_view::npos) {
        diagnostics_.add(Code::unterminated_comment, span(begin, begin + 2))
            .suggest("close it with '*/'; block comments do not nest");
        at_ = text_.size();
        return;
    }
    at_ = close + 2;
    comments_.push_back({span(begin, at_), first_on_line_});
    // Whatever follows a comment that began its line still begins a line for the reader.
    if (text_.substr(begin, at_ - begin).find('\n') != std::string_view::npos)
        first_on_line_ = true;
}

Token Lexer::word() {
    std::size_t length = 1;
    while (is_word(peek(length))) ++length;
    const Keyword keyword = keyword_of(text_.substr(at_, length));
    Token result = token(keyword == Keyword::none ? TokenKind::name : TokenKind::keyword, length);
    result.keyword = keyword;
    return result;
}

// 1  1.5  .5  5.  1e-3. What is glued to a number and is no part of it makes it malformed.
Token Lexer::number() {
    std::size_t length = 0;
    while (is_digit(peek(length))) ++length;
    if (peek(length) == '.') {
        ++length;
        while (is_digit(peek(length))) ++length;
    }
    if (peek(length) == 'e' || peek(length) == 'E') {
        std::size_t exponent = length + 1;
        if (peek(exponent) == '+' || peek(exponent) == '-') ++exponent;
        if (is_digit(peek(exponent))) {
            while (is_digit(peek(exponent))) ++exponent;
            length = exponent;
        }
    }
    if (is_word(peek(length)) || peek(length) == '.') {
        while (is_word(peek(length)) || peek(length) == '.') ++length;
        Diagnostic& error = diagnostics_.add(Code::malformed_number, span(at_, at_ + length),
                                             {text_.substr(at_, length)});
        error.suggest(
            "numbers are written 1, 1.5, .5, 5. or 1e-3; a name cannot begin with a digit");
        Token bad = token(TokenKind::number, length);
        bad.reported = true;
        return bad;
    }
    return token(TokenKind::number, length);
}

Token Lexer::string() {
    std::size_t length = 1;
    for (;; ++length) {
        const char c = peek(length);
        if (c == '"') break;
        const bool at_end = at_ + length >= text_.size();
        if (at_end || c == '\n') {
            if (!at_end && peek(length - 1) == '\r') --length;
            diagnostics_.add(Code::unterminated_string, span(at_, at_ + length))
                .suggest("close it with '\"'; a line break inside a string is written \\n");
            Token bad = token(TokenKind::invalid, length);
            bad.reported = true;
            return bad;
        }
        if (c != '\\') continue;
        const char escaped = peek(length + 1);
        if (escaped == '"' || escaped == '\\' || escaped == 'n') {
            ++length;
        } else if (escaped != '\n' && escaped != '\r' && at_ + length + 1 < text_.size()) {
            std::size_t end = at_ + length + 2;  // the whole of a multi-byte character
            while (end < text_.size() && (static_cast<unsigned char>(text_[end]) & 0xc0u) == 0x80u)
                ++end;
            const std::size_t begin = at_ + length;
            diagnostics_
                .add(Code::unknown_escape, span(begin, end), {text_.substr(begin, end - begin)})
                .suggest("the escapes are \\\", \\\\ and \\n; write \\\\ for a backslash");
        }
    }
    return token(TokenKind::string, length + 1);
}

Token Lexer::symbol() {
    const std::string_view rest = text_.substr(at_);
    const auto first = static_cast<unsigned char>(rest[0]);
    const std::size_t start = first < kSymbolStarts.size() ? kSymbolStarts[first] : kSymbols.size();
    for (std::size_t i = start; i < kSymbols.size() && kSymbols[i].text[0] == rest[0]; ++i) {
        const Symbol& candidate = kSymbols[i];
        if (rest.substr(0, candidate.text.size()) != candidate.text) continue;
        // `>==` is a bundle's end and an equality: no operator begins so.
        const std::size_t length = candidate.text.size();
        if (candidate.kind == TokenKind::greater_equal && peek(length) == '=') continue;
        return token(candidate.kind, length);
    }
    std::size_t length = 1;
    while (length < rest.size() && (static_cast<unsigned char>(rest[length]) & 0xc0u) == 0x80u &&
           first >= 0xc0u)
        ++length;
    return token(TokenKind::invalid, length);
}

std::string string_contents(std::string_view token) {
    std::string contents;
    for (std::size_t i = 1; i + 1 < token.size(); ++i) {
        if (token[i] == '\\' && i + 2 < token.size()) {
            ++i;
            contents += token[i] == 'n' ? '\n' : token[i];
        } else {
            contents += token[i];
        }
    }
    return contents;
}

}  // namespace weft::syntax

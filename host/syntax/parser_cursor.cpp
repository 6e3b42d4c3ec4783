// The parser's place in the text, what it says when it is lost, and how it finds its way again.
#include <algorithm>
#include <cassert>

#include "syntax/parse.h"
#include "syntax/parser.h"

namespace weft::syntax {
namespace {

bool ends_operand(TokenKind kind) {
    switch (kind) {
        case TokenKind::name:
        case TokenKind::number:
        case TokenKind::string:
        case TokenKind::invalid:
        case TokenKind::greater:
        case TokenKind::right_paren:
        case TokenKind::right_bracket:
        case TokenKind::right_brace: return true;
        default: return false;
    }
}

}  // namespace

Parser::Parser(const SourceMap& sources, Diagnostics& diagnostics, SyntaxTree& tree)
    : sources_(sources),
      diagnostics_(diagnostics),
      tree_(tree),
      lexer_(sources, tree.file, tree.comments, diagnostics) {}

Parser::Bracket::Bracket(Parser& parser, Token open)
    : parser_(parser), outer_closes_(parser.greater_closes_) {
    parser.open_.push_back(open);
    parser.greater_closes_ = open.kind == TokenKind::less;
}

Parser::Bracket::~Bracket() {
    parser_.open_.pop_back();
    parser_.greater_closes_ = outer_closes_;
}

Parser::Level::Level(Parser& parser) : parser_(parser), ok_(parser.depth_ < kMaxDepth) {
    ++parser.depth_;
    if (ok_) return;
    parser.fail(Code::nested_too_deep, parser.span_of(parser.peek()), {std::to_string(kMaxDepth)})
        .suggest("bind an inner part to a name of its own");
}

const Token& Parser::peek(std::size_t ahead) {
    assert(ahead < kLookahead);
    while (buffered_ <= ahead) {
        ahead_[(first_ + buffered_) % kLookahead] = lexer_.next();
        ++buffered_;
    }
    return ahead_[(first_ + ahead) % kLookahead];
}

// Whether the next token stands where an operator could have stood as well.
bool Parser::glued() {
    return started_ && !peek().first_on_line && last_.kind != TokenKind::left_brace &&
           last_.kind != TokenKind::right_brace;
}

Token Parser::advance() {
    last_ = peek();
    started_ = true;
    if (last_.kind == TokenKind::end) return last_;
    first_ = (first_ + 1) % kLookahead;
    --buffered_;
    return last_;
}

bool Parser::accept(TokenKind kind) {
    if (!at(kind)) return false;
    advance();
    return true;
}

bool Parser::expect(TokenKind kind, std::string_view what) {
    return accept(kind) || fail_expected(Code::expected_token, what);
}

bool Parser::expect(Keyword keyword, std::string_view what) {
    if (!at(keyword)) return fail_expected(Code::expected_token, what);
    advance();
    return true;
}

// Takes the first character of `<<`, `>>` or `>=` as a token of its own and leaves the second.
Token Parser::split() {
    Token first = peek();
    Token& rest = ahead_[first_];
    first.end = first.begin + 1;
    rest.begin = first.end;
    rest.first_on_line = false;
    switch (rest.kind) {
        case TokenKind::shift_left: first.kind = rest.kind = TokenKind::less; break;
        case TokenKind::shift_right: first.kind = rest.kind = TokenKind::greater; break;
        default:
            assert(rest.kind == TokenKind::greater_equal);
            first.kind = TokenKind::greater;
            rest.kind = rest.end - rest.begin == 1 ? TokenKind::assign : TokenKind::greater_equal;
            break;
    }
    last_ = first;
    started_ = true;
    return first;
}

Span Parser::span_of(const Token& token) const {
    return {tree_.file, token.begin, token.end};
}

Span Parser::span_since(std::uint32_t begin) const {
    return {tree_.file, begin, last_.end};
}

std::string Parser::describe(const Token& token) const {
    constexpr std::size_t kMaxShown = 32;
    if (token.kind == TokenKind::end) return "the end of the file";
    std::string text(lexer_.text(token));
    if (token.kind == TokenKind::string) {
        if (text.size() > kMaxShown) text = text.substr(0, kMaxShown) + "...\"";
    } else {
        if (text.size() > kMaxShown) text = text.substr(0, kMaxShown) + "...";
        text = '\'' + text + '\'';
    }
    return text;
}

// How many ( and [ are open; < and > are operators as well and tell nothing.
int Parser::open_depth() const {
    return static_cast<int>(std::count_if(open_.begin(), open_.end(), [](const Token& open) {
        return open.kind == TokenKind::left_paren || open.kind == TokenKind::left_bracket;
    }));
}

Diagnostic& Parser::fail(Code code, Span span, std::initializer_list<std::string_view> args) {
    error_depth_ = open_depth();
    return diagnostics_.add(code, span, args);
}

// Reports that `what` was due and the next token is there instead. Always false.
bool Parser::fail_expected(Code code, std::string_view what, std::string suggestion) {
    const Token found = peek();
    if (found.kind == TokenKind::invalid) {
        if (found.reported) {
            error_depth_ = 0;  // a string without an end has swallowed what closes the brackets
            return false;
        }
        Diagnostic& error = fail(Code::unexpected_character, span_of(found), {describe(found)});
        if (lexer_.text(found) == ".") error.suggest("a strand is read with '@', as in img@r");
        if (lexer_.text(found) == "'") error.suggest("strings are written with double quotes");
        if (lexer_.text(found) == "!") error.suggest("write 'not'");
        if (lexer_.text(found) == "&" || lexer_.text(found) == "|")
            error.suggest("write 'and', 'or'");
        return false;
    }
    if (found.kind == TokenKind::end) {
        if (end_reported_) return false;
        end_reported_ = true;
    }
    // What is missing at the end of a line is shown there, not where the next line begins.
    const bool missing = code != Code::expected_statement;
    const bool elsewhere =
        missing && started_ && (found.first_on_line || found.kind == TokenKind::end);
    const Span place = elsewhere ? Span{tree_.file, last_.end, last_.end} : span_of(found);
    std::string shown = describe(found);
    if (elsewhere && found.kind != TokenKind::end) shown += " on a new line";
    Diagnostic& error = fail(code, place, {what, shown}).suggest(std::move(suggestion));
    if (found.kind == TokenKind::assign && code == Code::expected_token &&
        what.find("'='") == std::string_view::npos)
        error.suggest("a comparison is written '=='");
    if (found.kind == TokenKind::equal && what.find("'='") != std::string_view::npos)
        error.suggest("a name is bound with a single '='");
    const bool closes = found.kind == TokenKind::right_paren ||
                        found.kind == TokenKind::right_bracket ||
                        found.kind == TokenKind::right_brace || found.kind == TokenKind::greater;
    if (open_.empty() || !(elsewhere || closes)) return false;
    // A block is open over many lines: that matters only where the file ends.
    const Token& open = open_.back();
    if (open.kind != TokenKind::left_brace || found.kind == TokenKind::end) {
        error.note(span_of(open), '\'' + std::string(lexer_.text(open)) + "' was opened here");
    }
    return false;
}

bool Parser::name(Name& result, std::string_view what) {
    const Token token = peek();
    if (token.kind == TokenKind::keyword) {
        fail(Code::reserved_word, span_of(token), {lexer_.text(token), what})
            .suggest("only whole words are reserved: '" + std::string(lexer_.text(token)) +
                     "_' is an ordinary name");
        return false;
    }
    if (token.kind != TokenKind::name) return fail_expected(Code::expected_token, what);
    result = {std::string(lexer_.text(token)), span_of(token)};
    advance();
    return true;
}

// `a, b, c` and the closing token; the opening one is consumed. `what` is one of them.
bool Parser::name_list(std::vector<Name>& names, TokenKind close, std::string_view what) {
    const std::string_view closing = close == TokenKind::greater ? "',' or '>'" : "',' or ')'";
    while (true) {
        Name item;
        if (!name(item, what)) return false;
        names.push_back(std::move(item));
        if (accept(TokenKind::comma)) continue;
        // `name<a>=e` without blanks: the lexer saw `>=`.
        if (close == TokenKind::greater && at(TokenKind::greater_equal) &&
            lexer_.text(peek()) == ">=") {
            (void)split();
            return true;
        }
        return expect(close, closing);
    }
}

// Skips to where a statement begins. Newlines mean nothing to the language, but people begin
// statements on them, which is the best guess after an error.
void Parser::recover(bool in_spindle) {
    int depth = error_depth_;
    int braces = 0;
    while (!at(TokenKind::end)) {
        if (braces == 0 && begins_statement(in_spindle, depth)) return;
        const TokenKind kind = peek().kind;
        if (kind == TokenKind::left_paren || kind == TokenKind::left_bracket) ++depth;
        if (kind == TokenKind::right_paren || kind == TokenKind::right_bracket) --depth;
        if (kind == TokenKind::left_brace) ++braces;
        if (kind == TokenKind::right_brace) {
            if (braces == 0 && in_spindle) return;
            braces = std::max(braces - 1, 0);
            depth = 0;
        }
        advance();
    }
}

// `name<a, b> =` comes next; longer lists than the lookahead holds are not recognised.
bool Parser::at_output_binding() {
    if (!at(TokenKind::name) || peek(1).kind != TokenKind::less) return false;
    for (std::size_t i = 2; i + 2 < kLookahead; i += 2) {
        const bool word = peek(i).kind == TokenKind::name || peek(i).kind == TokenKind::keyword;
        if (!word) return false;
        const TokenKind after = peek(i + 1).kind;
        // In an argument list, `a < b, c >= d` are two comparisons.
        if (after == TokenKind::greater_equal)
            return i == 2 || open_.empty() || open_.back().kind == TokenKind::left_brace;
        if (after == TokenKind::greater) return peek(i + 2).kind == TokenKind::assign;
        if (after != TokenKind::comma) return false;
    }
    return false;
}

bool Parser::begins_statement(bool in_spindle, int depth) {
    const Token token = peek();
    const TokenKind next = peek(1).kind;
    const Keyword keyword = token.keyword;
    if (token.kind == TokenKind::hash) return true;
    if (keyword == Keyword::spindle_ || keyword == Keyword::use_) return true;
    if (is_sink(keyword) && next == TokenKind::left_paren) return true;
    if (in_spindle && (keyword == Keyword::out_ || keyword == Keyword::for_)) return true;
    if (at_output_binding()) return true;
    const bool binds = next >= TokenKind::assign && next <= TokenKind::divide_assign;
    if (token.first_on_line) {
        if (token.kind == TokenKind::name && binds) return true;
        // Where an operand just ended, a word on a new line was meant to begin a statement.
        const bool word = token.kind == TokenKind::name || keyword == Keyword::me_ ||
                          keyword == Keyword::out_ || keyword == Keyword::for_ || is_sink(keyword);
        return word && depth <= 0 && ends_operand(last_.kind);
    }
    if (depth > 0) return false;
    if (keyword == Keyword::me_) return next == TokenKind::less;
    return token.kind == TokenKind::name && (next == TokenKind::assign || (in_spindle && binds));
}

}  // namespace weft::syntax

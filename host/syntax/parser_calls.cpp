// Operands with a name: members, calls, multi-calls, and the brackets that stand behind operands.
//
// `name(...)` is a call, `name@strand(...)` and `(...)(...)` are remaps, since only a name can be
// called. `name(me@x ~ e)` can be nothing but a remap of a bare instance, and is read as one.
#include "syntax/parser.h"

namespace weft::syntax {

Expr* Parser::named_operand() {
    const TokenKind next = peek(1).kind;
    // `a =` newline `b = 3`: the value of `a` is missing, and `b` begins a statement.
    const bool on_new_line = peek().first_on_line;
    if (next == TokenKind::assign || (on_new_line && at_output_binding())) {
        if (on_new_line) {
            fail_expected(Code::expected_expression, "an expression");
        } else {
            advance();  // so that recovery does not take `b =` of `if a = b` for a statement
            fail(Code::equals_in_expression, span_of(advance()))
                .suggest("a comparison is written '=='");
        }
        return nullptr;
    }
    const bool multi = at_multi_call();
    const Token token = advance();
    if (next == TokenKind::at) return member(token);
    if (multi) return multi_call(token);
    if (next == TokenKind::left_paren) {
        const bool remaps = (advance(), at_remap_item());
        if (!remaps) return call(token);
        Expr* const base = node(ExprKind::name, span_of(token));
        if (base == nullptr) return nullptr;
        base->text = lexer_.text(token);
        base->text_span = base->span;
        return paren_remap(base);
    }
    Expr* const result = node(ExprKind::name, span_of(token));
    if (result == nullptr) return nullptr;
    result->text = lexer_.text(token);
    result->text_span = result->span;
    return result;
}

Expr* Parser::me_operand() {
    const Token token = advance();
    if (at(TokenKind::at)) return member(token);
    fail(Code::bare_me, span_of(token));
    return nullptr;
}

// The instance is consumed, '@' is next. Behind '@' every word is a name (key@in, key@to).
Expr* Parser::member(Token instance) {
    advance();
    const Token field = peek();
    const bool word = field.kind == TokenKind::name || field.kind == TokenKind::keyword;
    const bool next_statement = field.first_on_line && peek(1).kind == TokenKind::assign;
    if (!word || next_statement) {
        fail_expected(Code::expected_token, "a strand's name after '@'");
        return nullptr;
    }
    advance();
    Expr* const result = node(ExprKind::member, {});
    if (result == nullptr) return nullptr;
    result->text = lexer_.text(instance);
    result->text_span = span_of(instance);
    result->member = {std::string(lexer_.text(field)), span_of(field)};
    return finish(result, instance.begin);
}

// The callee and '(' are consumed.
Expr* Parser::call(Token callee) {
    Expr* const result = node(ExprKind::call, {});
    if (result == nullptr) return nullptr;
    result->text = lexer_.text(callee);
    result->text_span = span_of(callee);
    if (!arguments(result->args, result->arg_names)) return nullptr;
    return finish(result, callee.begin);
}

// `f<3>(`: comparisons do not chain, so this can be nothing else, inside a bundle neither.
bool Parser::at_multi_call() {
    return peek(1).kind == TokenKind::less && peek(2).kind == TokenKind::number &&
           peek(3).kind == TokenKind::greater && peek(4).kind == TokenKind::left_paren;
}

// The callee is consumed.
Expr* Parser::multi_call(Token callee) {
    advance();
    Expr* const count = number();
    if (count == nullptr) return nullptr;
    advance();
    constexpr double kMostCalls = 1e6;  // any larger count is a mistake, and fits no output list
    if (!(count->value >= 1 && count->value <= kMostCalls) ||
        count->value != static_cast<double>(static_cast<int>(count->value))) {
        fail(Code::multi_call_count, count->span)
            .suggest("f<3>(...) makes three calls; a comparison needs parentheses");
        return nullptr;
    }
    Expr* const result = node(ExprKind::multi_call, {});
    if (result == nullptr) return nullptr;
    result->text = lexer_.text(callee);
    result->text_span = span_of(callee);
    result->value = count->value;
    advance();
    if (!arguments(result->args, result->arg_names)) return nullptr;
    return finish(result, callee.begin);
}

// Arguments up to and with ')'; '(' is the token just consumed.
bool Parser::arguments(std::vector<ExprPtr>& args, std::vector<Name>& names) {
    const Bracket bracket(*this, last_);
    if (accept(TokenKind::right_paren)) return true;
    do {
        Name label;
        const bool word = at(TokenKind::name) || at(TokenKind::keyword);
        if (word && peek(1).kind == TokenKind::colon) {
            const Token token = advance();
            label = {std::string(lexer_.text(token)), span_of(token)};
            advance();
        }
        Expr* const value = argument();
        if (value == nullptr) return false;
        args.push_back(value);
        names.push_back(std::move(label));
    } while (accept(TokenKind::comma));
    if (at(TokenKind::tilde)) {
        fail(Code::remap_target, args.back()->span);
        return false;
    }
    return expect(TokenKind::right_paren, "an operator, ',' or ')'");
}

Expr* Parser::argument() {
    if (!at(TokenKind::string)) return expression();
    const Token token = advance();
    if (!at(TokenKind::comma) && !at(TokenKind::right_paren)) {
        fail_expected(Code::expected_token, "',' or ')' after a string");
        return nullptr;
    }
    Expr* const result = node(ExprKind::string, span_of(token));
    if (result == nullptr) return nullptr;
    result->text = string_contents(lexer_.text(token));
    return result;
}

// base[...]: an index, or a remap if any item has '~'.
Expr* Parser::brackets(Expr* base) {
    const std::uint32_t begin = base->span.begin;
    const Token open = advance();
    std::vector<RemapItem> items;
    if (!remap_items(items, TokenKind::right_bracket)) return nullptr;
    bool remaps = false;
    for (const RemapItem& item : items) remaps = remaps || !item.field.text.empty();
    if (!remaps && items.size() > 1) {
        fail(Code::ambiguous_brackets, span_since(open.begin))
            .suggest(
                "replace by position in parentheses, img@r(e1, e2), or by name, "
                "img@r[me@x ~ e1]");
        return nullptr;
    }
    Expr* const result = node(remaps ? ExprKind::remap : ExprKind::index, {});
    if (result == nullptr) return nullptr;
    result->args = {base};
    if (remaps) {
        result->bracket_remap = true;
        result->remaps = std::move(items);
    } else {
        result->args.push_back(items.front().value);
    }
    return finish(result, begin);
}

// base(...), where base is no name. '(' is next, or consumed when base is a bare instance.
Expr* Parser::paren_remap(Expr* base) {
    const std::uint32_t begin = base->span.begin;
    const bool is_remappable =
        base->parenthesised || (base->kind != ExprKind::number && base->kind != ExprKind::bundle);
    if (!is_remappable) {
        const bool number = base->kind == ExprKind::number;
        Diagnostic& error =
            fail(Code::not_callable, base->span, {number ? "a number" : "a bundle"});
        error.suggest(number
                          ? "a product needs '*'"
                          : "inside <...> a '>' closes the bundle: write a comparison as (a > b)");
        return nullptr;
    }
    if (at(TokenKind::left_paren)) advance();
    std::vector<RemapItem> items;
    if (!remap_items(items, TokenKind::right_paren)) return nullptr;
    Expr* const result = node(ExprKind::remap, {});
    if (result == nullptr) return nullptr;
    result->args = {base};
    result->remaps = std::move(items);
    return finish(result, begin);
}

// `name@field ~` comes next.
bool Parser::at_remap_item() {
    const Token token = peek();
    if (token.kind != TokenKind::name && token.keyword != Keyword::me_) return false;
    return peek(1).kind == TokenKind::at && peek(3).kind == TokenKind::tilde;
}

// The items up to and with `close`; the opening bracket is the token just consumed.
bool Parser::remap_items(std::vector<RemapItem>& items, TokenKind close) {
    const Token open = last_;
    const Bracket bracket(*this, open);
    if (at(close)) {
        const bool square = close == TokenKind::right_bracket;
        fail(Code::empty_list, {tree_.file, open.begin, peek().end},
             {square ? "this pair of brackets" : "this remap"});
        return false;
    }
    do {
        const std::uint32_t begin = peek().begin;
        RemapItem item;
        if (at_remap_item()) {
            const Token instance = advance();
            advance();
            const Token field = advance();
            if (field.kind != TokenKind::name && field.kind != TokenKind::keyword) {
                fail(Code::remap_target, span_since(begin));
                return false;
            }
            advance();
            item.instance = {std::string(lexer_.text(instance)), span_of(instance)};
            item.field = {std::string(lexer_.text(field)), span_of(field)};
        }
        Expr* const value = expression();
        if (value == nullptr) return false;
        if (at(TokenKind::tilde)) {
            Diagnostic& error = fail(Code::remap_target, value->span);
            if (value->kind == ExprKind::name) error.suggest("write me@" + value->text + " ~ ...");
            return false;
        }
        item.value = value;
        item.span = span_since(begin);
        items.push_back(std::move(item));
    } while (accept(TokenKind::comma));
    return expect(close, close == TokenKind::right_bracket ? "an operator, ',' or ']'"
                                                           : "an operator, ',' or ')'");
}

}  // namespace weft::syntax

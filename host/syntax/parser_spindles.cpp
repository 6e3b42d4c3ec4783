// Spindles and the statements inside them.
#include "syntax/parser.h"

namespace weft::syntax {

// spindle f(a, b) :: <o1, o2> { ... }
bool Parser::spindle(Stmt& result) {
    const Level level(*this);
    if (!level.ok()) return false;
    result.kind = StmtKind::spindle;
    advance();
    if (!name(result.name, "the name of a spindle")) return false;
    if (!expect(TokenKind::left_paren, "'(' and the parameters")) return false;
    {
        const Bracket bracket(*this, last_);
        if (!accept(TokenKind::right_paren) &&
            !name_list(result.params, TokenKind::right_paren, "a parameter's name"))
            return false;
    }
    if (!expect(TokenKind::double_colon, "'::' and the outputs, as in :: <r, g>")) return false;
    if (!expect(TokenKind::less, "'<' and the outputs")) return false;
    if (!name_list(result.outputs, TokenKind::greater, "an output's name")) return false;
    const std::uint32_t begin = peek().begin;
    if (!block(result.body, "spindle")) return false;
    result.body_span = span_since(begin);
    return true;
}

// { ... }; statements that fail are reported and left out.
bool Parser::block(std::vector<SpindleStmt>& body, std::string_view owner) {
    const Level level(*this);
    if (!level.ok()) return false;
    if (!expect(TokenKind::left_brace, "'{'")) return false;
    const Token open = last_;
    const Bracket bracket(*this, open);
    bool misplaced = false;  // reported once a block: often it is one '}' that is missing
    while (!accept(TokenKind::right_brace)) {
        if (at(TokenKind::end)) {
            if (misplaced) return true;
            fail_expected(Code::expected_token, "'}' at the end of the " + std::string(owner));
            return false;
        }
        const std::uint32_t begin = peek().begin;
        const Keyword keyword = peek().keyword;
        const bool outside = at(TokenKind::hash) || keyword == Keyword::spindle_ ||
                             keyword == Keyword::use_ || keyword == Keyword::me_ ||
                             is_sink(keyword);
        bool read = false;
        if (outside) {
            if (!misplaced) misplaced_statement(open);
            misplaced = true;
            Stmt ignored;
            read = statement(ignored);
        } else {
            SpindleStmt item;
            read = spindle_statement(item);
            if (read) {
                item.span = span_since(begin);
                body.push_back(std::move(item));
            }
        }
        if (read) continue;
        if (peek().begin == begin) advance();
        recover(true);
    }
    return true;
}

void Parser::misplaced_statement(const Token& body) {
    const Token token = peek();
    const std::string what = '\'' + std::string(lexer_.text(token)) + '\'';
    fail(Code::not_in_spindle, span_of(token), {what})
        .note(span_of(body), "the block begins here")
        .suggest("move it out, or close the block with '}'");
}

bool Parser::spindle_statement(SpindleStmt& result) {
    if (at(Keyword::for_)) return loop(result);
    if (at(Keyword::out_)) {
        result.kind = SpindleStmtKind::output;
        advance();
        if (!name(result.name, "an output's name")) return false;
        if (!assign_operator(result.assign_op)) return false;
        result.value = expression();
        return result.value != nullptr;
    }
    if (at(TokenKind::name)) return local(result);
    if (glued()) return not_a_statement();
    return fail_expected(Code::expected_statement, "a statement or '}'");
}

// x = e, x += e, x<o, ..> = e, f(..)::x<o, ..>
bool Parser::local(SpindleStmt& result) {
    result.kind = SpindleStmtKind::assign;
    if (peek(1).kind == TokenKind::left_paren || at_multi_call()) {
        bool has_outputs = false;
        result.double_colon = true;
        return call_statement(result.value, result.name, has_outputs, result.outputs);
    }
    const TokenKind next = peek(1).kind;
    const bool assigns = next >= TokenKind::assign && next <= TokenKind::divide_assign;
    if (!assigns && next != TokenKind::less && next != TokenKind::equal && glued())
        return not_a_statement();
    if (!name(result.name, "a local's name")) return false;
    if (accept(TokenKind::less)) {
        if (!name_list(result.outputs, TokenKind::greater, "an output's name")) return false;
        const Token op = peek();
        if (op.kind >= TokenKind::plus_assign && op.kind <= TokenKind::divide_assign) {
            fail(Code::compound_outputs, span_of(op), {lexer_.text(op)});
            return false;
        }
    }
    if (!assign_operator(result.assign_op)) return false;
    result.value = expression();
    return result.value != nullptr;
}

bool Parser::assign_operator(AssignOp& op) {
    switch (peek().kind) {
        case TokenKind::assign: op = AssignOp::set; break;
        case TokenKind::plus_assign: op = AssignOp::add; break;
        case TokenKind::minus_assign: op = AssignOp::subtract; break;
        case TokenKind::times_assign: op = AssignOp::multiply; break;
        case TokenKind::divide_assign: op = AssignOp::divide; break;
        default: return fail_expected(Code::expected_token, "'=', '+=', '-=', '*=' or '/='");
    }
    advance();
    return true;
}

// for i in (a to b) { ... }
bool Parser::loop(SpindleStmt& result) {
    result.kind = SpindleStmtKind::loop;
    advance();
    if (!name(result.name, "the name of the loop variable")) return false;
    if (!expect(Keyword::in_, "'in'")) return false;
    if (!expect(TokenKind::left_paren, "'(' and the bounds, as in (1 to 8)")) return false;
    {
        const Bracket bracket(*this, last_);
        result.from = expression();
        if (result.from == nullptr) return false;
        if (!expect(Keyword::to_, "'to'")) return false;
        result.to = expression();
        if (result.to == nullptr) return false;
        if (!expect(TokenKind::right_paren, "an operator or ')'")) return false;
    }
    const std::uint32_t begin = peek().begin;
    if (!block(result.body, "loop")) return false;
    result.body_span = span_since(begin);
    return true;
}

}  // namespace weft::syntax

// Statements. They have no separators; what begins one:
//   - a statement word, a sink, '#', or `me<`;
//   - a name before '=', before '<names> =', or before a call that '::' follows.
// After an expression a name can only be such a beginning, since no operand follows an operand. So
// `a = b` newline `f(x)::n<o>` are two statements without any look at the newline, while `a = b`
// newline `(c)::d<x>` calls b: nothing that begins with '(' is a statement.
// `name<3>(` is a multi-call and `name<o` an output list: outputs are names, counts are numbers.
#include "syntax/parse.h"
#include "syntax/parser.h"

namespace weft::syntax {
namespace {

const std::vector<std::string_view> kSinkNames{"display", "render", "play", "osc",
                                               "midi",    "export", "data", "compute"};
const std::vector<std::string_view> kStatementWords{"spindle", "use", "for", "out"};

}  // namespace

SyntaxTree parse(const SourceMap& sources, FileId file, Diagnostics& diagnostics) {
    SyntaxTree tree;
    tree.file = file;
    if (sources.file(file).text.size() > kMaxSourceBytes) {
        diagnostics.add(Code::source_too_large, {file, 0, 0},
                        {std::to_string(kMaxSourceBytes >> 20)});
        return tree;
    }
    Parser(sources, diagnostics, tree).program();
    return tree;
}

void Parser::program() {
    while (!at(TokenKind::end) && tree_.exprs.size() < kMaxExpressions) {
        const std::uint32_t begin = peek().begin;
        Stmt result;
        if (statement(result)) {
            result.span = span_since(begin);
            tree_.statements.push_back(std::move(result));
            continue;
        }
        if (peek().begin == begin) advance();
        recover(false);
    }
}

bool Parser::statement(Stmt& result) {
    const Token token = peek();
    if (token.kind == TokenKind::hash) return pragma(result);
    if (token.kind == TokenKind::name) return named_statement(result);
    if (is_sink(token.keyword)) return sink(result);
    switch (token.keyword) {
        case Keyword::spindle_: return spindle(result);
        case Keyword::use_: return use(result);
        case Keyword::me_: return setting(result);
        case Keyword::out_:
        case Keyword::for_:
            fail(Code::only_in_spindle, span_of(token), {describe(token)});
            return false;
        default: return not_a_statement();
    }
}

// Always false.
bool Parser::not_a_statement() {
    const Token token = peek();
    if (glued() && token.kind == TokenKind::assign) {
        fail(Code::equals_in_expression, span_of(token)).suggest("a comparison is written '=='");
        return false;
    }
    if (glued() && token.kind != TokenKind::invalid) {
        Diagnostic& error = fail(Code::missing_operator, span_of(token), {describe(token)});
        if (bundle_end_ == last_.end)
            error.suggest("inside <...> a '>' closes the bundle: write a comparison as (a > b)");
        return false;
    }
    const bool conditional = token.keyword == Keyword::if_;
    return fail_expected(Code::expected_statement, "a statement",
                         conditional ? "'if' is a value: name = if c then a else b" : "");
}

bool Parser::named_statement(Stmt& result) {
    const Token token = peek();
    const TokenKind next = peek(1).kind;
    switch (next) {
        case TokenKind::assign:
        case TokenKind::less:
        case TokenKind::left_paren: return binding(result);
        case TokenKind::plus_assign:
        case TokenKind::minus_assign:
        case TokenKind::times_assign:
        case TokenKind::divide_assign:
            fail(Code::only_in_spindle, span_of(peek(1)), {describe(peek(1))})
                .suggest("outside, a name is bound once, with '='");
            return false;
        case TokenKind::double_colon:
            fail(Code::bound_not_call, span_of(token))
                .suggest("write " + std::string(lexer_.text(token)) + "(...)::name<outputs>");
            return false;
        case TokenKind::at:
            fail(Code::expected_token, span_of(peek(1)), {"'=' or '<'", "'@'"})
                .suggest("an output is bound as name<output> = ...");
            return false;
        default: break;
    }
    if (glued() && next != TokenKind::equal) return not_a_statement();
    advance();
    const std::string_view nearest = nearest_name(lexer_.text(token), kStatementWords);
    return fail_expected(Code::expected_token, "'=', '<' or '(' after a name",
                         nearest.empty() ? "" : "did you mean '" + std::string(nearest) + "'?");
}

// name = e, name<o, ..> = e, f(..)::name<o, ..>
bool Parser::binding(Stmt& result) {
    result.kind = StmtKind::bind;
    if (peek(1).kind == TokenKind::left_paren || at_multi_call()) {
        result.double_colon = true;
        return call_statement(result.value, result.name, result.has_outputs, result.outputs);
    }
    if (!name(result.name, "an instance's name")) return false;
    if (accept(TokenKind::less)) {
        result.has_outputs = true;
        if (!name_list(result.outputs, TokenKind::greater, "an output's name")) return false;
    }
    if (!expect(TokenKind::assign, "'='")) return false;
    result.value = expression();
    return result.value != nullptr;
}

// f(..)::name<o, ..>, also inside spindles.
bool Parser::call_statement(const Expr*& call, Name& instance, bool& has_outputs,
                            std::vector<Name>& outputs) {
    const Token callee = peek();
    Expr* const value = postfix();
    if (value == nullptr) return false;
    if (!at(TokenKind::double_colon)) {
        if (peek().kind == TokenKind::invalid) return fail_expected(Code::expected_token, "'::'");
        Diagnostic& error = fail(Code::unbound_call, value->span);
        const std::string_view sink_name = nearest_name(lexer_.text(callee), kSinkNames);
        if (sink_name.empty()) {
            error.suggest("bind its outputs: " + std::string(lexer_.text(callee)) +
                          "(...)::name<output>");
        } else {
            error.suggest("did you mean '" + std::string(sink_name) + "'?");
        }
        return false;
    }
    const Token colons = advance();
    if (value->kind != ExprKind::call && value->kind != ExprKind::multi_call) {
        fail(Code::bound_not_call, span_of(colons)).suggest("write name<outputs> = ...");
        return false;
    }
    call = value;
    if (!name(instance, "an instance's name")) return false;
    if (!accept(TokenKind::less)) return true;
    has_outputs = true;
    return name_list(outputs, TokenKind::greater, "an output's name");
}

// me<field> = e
bool Parser::setting(Stmt& result) {
    result.kind = StmtKind::setting;
    const Token me = advance();
    if (!at(TokenKind::less) || peek(2).kind == TokenKind::comma) {
        fail(Code::setting_form, span_of(me));
        return false;
    }
    advance();
    const Token field = peek();
    if (field.kind != TokenKind::name)
        return fail_expected(Code::expected_token, "the name of a setting");
    advance();
    result.name = {std::string(lexer_.text(field)), span_of(field)};
    if (at(TokenKind::greater_equal) && lexer_.text(peek()) == ">=")
        (void)split();
    else if (!expect(TokenKind::greater, "'>'"))
        return false;
    if (!expect(TokenKind::assign, "'='")) return false;
    result.value = expression();
    return result.value != nullptr;
}

bool Parser::use(Stmt& result) {
    result.kind = StmtKind::use;
    advance();
    const Token path = peek();
    if (!expect(TokenKind::string, "a path in double quotes after 'use'")) return false;
    result.path = string_contents(lexer_.text(path));
    result.path_span = span_of(path);
    return true;
}

bool Parser::sink(Stmt& result) {
    const Token word = peek();
    const TokenKind next = peek(1).kind;
    if (next == TokenKind::assign || next == TokenKind::less || next == TokenKind::double_colon) {
        Name unused;
        return name(unused, "an instance's name");
    }
    advance();
    result.kind = StmtKind::sink;
    result.name = {std::string(lexer_.text(word)), span_of(word)};
    if (!expect(TokenKind::left_paren, "'(' after the sink")) return false;
    return arguments(result.args, result.arg_names);
}

}  // namespace weft::syntax

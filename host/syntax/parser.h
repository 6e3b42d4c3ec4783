// The recursive-descent parser: one class over five files (cursor, expressions, statements,
// spindles, pragmas). A function that fails has reported why, exactly once, and returns null or
// false; the failure travels up to the statement, which recovers.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostics.h"
#include "syntax/ast.h"
#include "syntax/lexer.h"
#include "syntax/token.h"

namespace weft::syntax {

class Parser {
public:
    Parser(const SourceMap& sources, Diagnostics& diagnostics, SyntaxTree& tree);

    void program();
    // The whole text as one expression; null on error.
    [[nodiscard]] const Expr* lone_expression();

private:
    // While it lives, `open` is the innermost open bracket; only directly inside < does a '>'
    // close.
    class Bracket {
    public:
        Bracket(Parser& parser, Token open);
        ~Bracket();
        Bracket(const Bracket&) = delete;
        Bracket& operator=(const Bracket&) = delete;

    private:
        Parser& parser_;
        bool outer_closes_;
    };

    // While it lives, one level deeper. `ok()` is false when that is too deep, which is reported.
    class Level {
    public:
        explicit Level(Parser& parser);
        ~Level() { --parser_.depth_; }
        Level(const Level&) = delete;
        Level& operator=(const Level&) = delete;
        [[nodiscard]] bool ok() const { return ok_; }

    private:
        Parser& parser_;
        bool ok_;
    };

    // parser_cursor.cpp: tokens, errors, recovery
    [[nodiscard]] const Token& peek(std::size_t ahead = 0);
    Token advance();
    [[nodiscard]] bool glued();
    [[nodiscard]] bool at(TokenKind kind) { return peek().kind == kind; }
    [[nodiscard]] bool at(Keyword keyword) { return peek().keyword == keyword; }
    [[nodiscard]] bool accept(TokenKind kind);
    [[nodiscard]] bool expect(TokenKind kind, std::string_view what);
    [[nodiscard]] bool expect(Keyword keyword, std::string_view what);
    [[nodiscard]] Token split();
    [[nodiscard]] Span span_of(const Token& token) const;
    [[nodiscard]] Span span_since(std::uint32_t begin) const;
    [[nodiscard]] std::string describe(const Token& token) const;
    [[nodiscard]] int open_depth() const;
    Diagnostic& fail(Code code, Span span, std::initializer_list<std::string_view> args = {});
    bool fail_expected(Code code, std::string_view what, std::string suggestion = {});
    [[nodiscard]] bool name(Name& result, std::string_view what);
    [[nodiscard]] bool name_list(std::vector<Name>& names, TokenKind close, std::string_view what);
    void recover(bool in_spindle);
    [[nodiscard]] bool begins_statement(bool in_spindle, int depth);
    [[nodiscard]] bool at_output_binding();

    // parser_statements.cpp
    [[nodiscard]] bool statement(Stmt& result);
    [[nodiscard]] bool named_statement(Stmt& result);
    [[nodiscard]] bool binding(Stmt& result);
    [[nodiscard]] bool call_statement(const Expr*& call, Name& instance, bool& has_outputs,
                                      std::vector<Name>& outputs);
    [[nodiscard]] bool setting(Stmt& result);
    [[nodiscard]] bool use(Stmt& result);
    [[nodiscard]] bool sink(Stmt& result);
    bool not_a_statement();

    // parser_spindles.cpp
    [[nodiscard]] bool spindle(Stmt& result);
    [[nodiscard]] bool block(std::vector<SpindleStmt>& body, std::string_view owner);
    [[nodiscard]] bool spindle_statement(SpindleStmt& result);
    [[nodiscard]] bool loop(SpindleStmt& result);
    [[nodiscard]] bool local(SpindleStmt& result);
    [[nodiscard]] bool assign_operator(AssignOp& op);
    void misplaced_statement(const Token& body);

    // parser_pragmas.cpp
    [[nodiscard]] bool pragma(Stmt& result);
    [[nodiscard]] bool pragma_values(Stmt& result);
    [[nodiscard]] Expr* pragma_number();
    [[nodiscard]] Expr* pragma_tuple();
    [[nodiscard]] bool check_pragma(const Stmt& pragma);

    // parser_expressions.cpp
    [[nodiscard]] Expr* expression();
    [[nodiscard]] Expr* conditional();
    [[nodiscard]] Expr* binary(int least_binding);
    [[nodiscard]] Expr* power();
    [[nodiscard]] Expr* unary();
    [[nodiscard]] Expr* postfix();
    [[nodiscard]] Expr* primary();
    [[nodiscard]] Expr* number();
    [[nodiscard]] Expr* parenthesised();
    [[nodiscard]] Expr* bundle();
    // parser_calls.cpp
    [[nodiscard]] Expr* named_operand();
    [[nodiscard]] Expr* me_operand();
    [[nodiscard]] Expr* member(Token instance);
    [[nodiscard]] Expr* call(Token callee);
    [[nodiscard]] Expr* multi_call(Token callee);
    [[nodiscard]] Expr* brackets(Expr* base);
    [[nodiscard]] Expr* paren_remap(Expr* base);
    [[nodiscard]] bool remap_items(std::vector<RemapItem>& items, TokenKind close);
    [[nodiscard]] bool at_remap_item();
    [[nodiscard]] bool at_multi_call();
    [[nodiscard]] bool arguments(std::vector<ExprPtr>& args, std::vector<Name>& names);
    [[nodiscard]] Expr* argument();
    [[nodiscard]] Expr* node(ExprKind kind, Span span);
    [[nodiscard]] Expr* finish(Expr* expr, std::uint32_t begin);

    const SourceMap& sources_;
    Diagnostics& diagnostics_;
    SyntaxTree& tree_;
    Lexer lexer_;

    static constexpr std::size_t kLookahead = 16;
    std::array<Token, kLookahead> ahead_{};
    std::size_t first_ = 0;
    std::size_t buffered_ = 0;
    Token last_{};          // the token consumed last
    bool started_ = false;  // whether `last_` is one

    std::vector<Token> open_;       // brackets, for the note of an error met inside
    bool greater_closes_ = false;   // directly inside a bundle
    std::uint32_t bundle_end_ = 0;  // where the bundle closed last ends
    int depth_ = 0;
    bool end_reported_ = false;  // one message for all that the end of the file left open
    int error_depth_ = 0;        // ( and [ that were open where the last error was met
};

}  // namespace weft::syntax

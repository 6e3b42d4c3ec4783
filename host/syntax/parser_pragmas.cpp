// Pragmas: live parameters, and what is said about them. Their values are plain numbers and tuples
// of them, so that a surface of knobs can be built from the syntax alone.

#include "syntax/parser.h"

namespace weft::syntax {
namespace {

const std::vector<std::string_view> kPragmas{"slider", "xy",    "color", "toggle",
                                             "curve",  "badge", "smooth"};

double number_of(ExprPtr expr) {
    return expr->kind == ExprKind::unary ? -expr->args[0]->value : expr->value;
}

bool is_tuple_of(ExprPtr expr, std::size_t count) {
    return expr->kind == ExprKind::tuple && expr->args.size() == count;
}

bool all_tuples_of(const std::vector<ExprPtr>& values, std::size_t count) {
    for (const ExprPtr value : values)
        if (!is_tuple_of(value, count)) return false;
    return true;
}

// What #kind takes, if its values are not that; else empty.
std::string_view wrong_form(std::string_view kind, const std::vector<ExprPtr>& values) {
    const std::size_t count = values.size();
    if (kind == "slider") {
        bool numbers = count == 2 || count == 3;
        for (const ExprPtr value : values)
            numbers = numbers && value->kind != ExprKind::tuple && value->kind != ExprKind::name;
        return numbers ? ""
                       : "the lowest and highest value, and a default: #slider n<s> = 0, 1, 0.5";
    }
    if (kind == "xy") {
        return count == 2 && all_tuples_of(values, 2) ? ""
                                                      : "two ranges: #xy n<x,y> = (0,1), (0,1)";
    }
    if (kind == "color") {
        const bool fits = count == 0 || (count == 1 && values[0]->kind == ExprKind::tuple);
        return fits ? "" : "one tuple or none: #color n<r,g,b> = (1, 0.5, 0)";
    }
    if (kind == "toggle") {
        const bool fits = count == 1 && (values[0]->kind == ExprKind::name ||
                                         (values[0]->kind == ExprKind::number &&
                                          (values[0]->value == 0 || values[0]->value == 1)));
        return fits ? "" : "true or false: #toggle n<s> = true";
    }
    return count > 0 && all_tuples_of(values, 2)
               ? ""
               : "pairs of time and value: #curve n<v> = (0, 1), (2, 0)";
}

}  // namespace

// #slider n<s,..> = 0, 1, 0.5 "label", #badge "text", #smooth a, b
bool Parser::pragma(Stmt& result) {
    result.kind = StmtKind::pragma;
    const Token hash = advance();
    if (!at(TokenKind::name))
        return fail_expected(Code::expected_token, "a pragma's name after '#'");
    const Token kind = advance();
    result.name = {std::string(lexer_.text(kind)), span_of(kind)};
    const bool badge = result.name.text == "badge";
    bool known = false;
    for (const std::string_view pragma_name : kPragmas)
        known = known || pragma_name == result.name.text;
    if (!known) {
        Diagnostic& error =
            fail(Code::unknown_pragma, {tree_.file, hash.begin, kind.end}, {result.name.text});
        const std::string_view nearest = nearest_name(result.name.text, kPragmas);
        error.suggest(nearest.empty()
                          ? "there are #slider, #xy, #color, #toggle, #curve, #badge and #smooth"
                          : "did you mean '#" + std::string(nearest) + "'?");
        (void)accept(TokenKind::name);  // so that recovery does not take `n<s> =` for a statement
        return false;
    }
    if (result.name.text == "smooth") {
        do {
            Name& of = result.outputs.emplace_back();
            if (!name(of, "an instance's name")) return false;
        } while (accept(TokenKind::comma));
        return true;
    }
    if (!badge) {
        if (!name(result.instance, "an instance's name")) return false;
        if (!expect(TokenKind::less, "'<' and the outputs")) return false;
        if (!name_list(result.outputs, TokenKind::greater, "an output's name")) return false;
        const bool bare_color = result.name.text == "color" && !at(TokenKind::assign);
        if (bare_color) return true;
        if (!expect(TokenKind::assign, "'='")) return false;
        if (!at(TokenKind::string) && !pragma_values(result)) return false;
    }
    if (at(TokenKind::string)) {
        result.has_label = true;
        result.label = string_contents(lexer_.text(advance()));
    } else if (badge) {
        fail_expected(Code::expected_token, "a text in double quotes");
        (void)accept(TokenKind::name);  // as above
        return false;
    }
    return badge || check_pragma(result);
}

bool Parser::pragma_values(Stmt& result) {
    do {
        Expr* const value = at(TokenKind::left_paren) ? pragma_tuple() : pragma_number();
        if (value == nullptr) return false;
        result.pragma_values.push_back(value);
    } while (accept(TokenKind::comma));
    return true;
}

Expr* Parser::pragma_tuple() {
    const Token open = advance();
    const Bracket bracket(*this, open);
    Expr* const tuple = node(ExprKind::tuple, {});
    if (tuple == nullptr) return nullptr;
    do {
        Expr* const item = pragma_number();
        if (item == nullptr) return nullptr;
        tuple->args.push_back(item);
    } while (accept(TokenKind::comma));
    if (!expect(TokenKind::right_paren, "',' or ')'")) return nullptr;
    return finish(tuple, open.begin);
}

// A number with or without a sign; true and false, which only #toggle lets pass.
Expr* Parser::pragma_number() {
    const Token token = peek();
    if (token.kind == TokenKind::number) return number();
    if (token.kind == TokenKind::minus && peek(1).kind == TokenKind::number) {
        advance();
        Expr* const magnitude = number();
        if (magnitude == nullptr) return nullptr;
        Expr* const result = node(ExprKind::unary, {});
        if (result == nullptr) return nullptr;
        result->unary_op = UnaryOp::negate;
        result->args = {magnitude};
        return finish(result, token.begin);
    }
    const std::string_view text = lexer_.text(token);
    if (text == "true" || text == "false") {
        Expr* const result = node(ExprKind::name, span_of(token));
        if (result == nullptr) return nullptr;
        advance();
        result->text = text;
        result->text_span = result->span;
        return result;
    }
    fail_expected(Code::expected_token, "a plain number");
    return nullptr;
}

bool Parser::check_pragma(const Stmt& pragma_stmt) {
    const std::vector<ExprPtr>& values = pragma_stmt.pragma_values;
    const std::string_view takes = wrong_form(pragma_stmt.name.text, values);
    if (!takes.empty()) {
        const Span place = values.empty() ? pragma_stmt.name.span
                                          : join(values.front()->span, values.back()->span);
        fail(Code::pragma_form, place, {pragma_stmt.name.text, takes});
        return false;
    }
    for (const ExprPtr value : values) {
        for (const ExprPtr part : value->args) {
            if (part->kind != ExprKind::name) continue;
            fail(Code::pragma_form, part->span, {pragma_stmt.name.text, "plain numbers"});
            return false;
        }
    }
    if (pragma_stmt.name.text != "curve") return true;
    for (std::size_t i = 1; i < values.size(); ++i) {
        const ExprPtr time = values[i]->args[0];
        const ExprPtr before = values[i - 1]->args[0];
        if (number_of(time) > number_of(before)) continue;
        fail(Code::curve_times, time->span).note(before->span, "the time before is here");
        return false;
    }
    return true;
}

}  // namespace weft::syntax

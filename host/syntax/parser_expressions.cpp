// Expressions by precedence; operands with a name (calls, members, remaps) are in parser_calls.cpp.
//
// Statements have no separators, so an expression ends where no operator follows: an operand can
// never follow an operand, hence a name, a number, a keyword or '#' ends it. No statement begins
// with '(', '[', '<' or an operator, so these always go on with the expression, across newlines
// too: `x = y` newline `<z` is the comparison y < z.
#include <charconv>
#include <optional>

#include "syntax/parse.h"
#include "syntax/parser.h"

namespace weft::syntax {
namespace {

struct Operator {
    BinaryOp op;
    int binding;  // higher is tighter
};

constexpr int kComparison = 3;

std::optional<Operator> operator_of(const Token& token, bool greater_closes) {
    switch (token.kind) {
        case TokenKind::times: return Operator{BinaryOp::multiply, 5};
        case TokenKind::divide: return Operator{BinaryOp::divide, 5};
        case TokenKind::percent: return Operator{BinaryOp::modulo, 5};
        case TokenKind::plus: return Operator{BinaryOp::add, 4};
        case TokenKind::minus: return Operator{BinaryOp::subtract, 4};
        case TokenKind::less:
        case TokenKind::shift_left: return Operator{BinaryOp::less, kComparison};
        case TokenKind::less_equal: return Operator{BinaryOp::less_equal, kComparison};
        case TokenKind::greater:
        case TokenKind::shift_right:
            if (greater_closes) return std::nullopt;
            return Operator{BinaryOp::greater, kComparison};
        case TokenKind::greater_equal: return Operator{BinaryOp::greater_equal, kComparison};
        case TokenKind::equal: return Operator{BinaryOp::equal, kComparison};
        case TokenKind::not_equal: return Operator{BinaryOp::not_equal, kComparison};
        default: break;
    }
    if (token.keyword == Keyword::and_) return Operator{BinaryOp::logical_and, 2};
    if (token.keyword == Keyword::or_) return Operator{BinaryOp::logical_or, 1};
    return std::nullopt;
}

// Whether a number that no f64 holds is too large (rather than too small, which is 0): whether its
// first digit that counts stands before the decimal point once the exponent is applied.
bool overflows(std::string_view text) {
    const std::size_t e = text.find_first_of("eE");
    const std::string_view mantissa = text.substr(0, e);
    const std::size_t point = std::min(mantissa.find('.'), mantissa.size());
    const std::size_t digit = mantissa.find_first_of("123456789");
    if (digit == std::string_view::npos) return false;
    if (e == std::string_view::npos) return digit < point;
    const bool negative = text[e + 1] == '-';
    const std::size_t digits = e + 1 + (negative || text[e + 1] == '+' ? 1 : 0);
    std::size_t exponent = 0;
    for (const char c : text.substr(digits))
        exponent =
            std::min<std::size_t>(exponent * 10 + static_cast<std::size_t>(c - '0'), 1u << 30);
    const std::size_t lead = digit < point ? point - digit : digit - point;
    return digit < point ? !negative || lead > exponent : !negative && exponent > lead;
}

}  // namespace

ExprPtr parse_expression(const SourceMap& sources, FileId file, Diagnostics& diagnostics,
                         SyntaxTree& tree) {
    tree.file = file;
    if (sources.file(file).text.size() > kMaxSourceBytes) {
        diagnostics.add(Code::source_too_large, {file, 0, 0},
                        {std::to_string(kMaxSourceBytes >> 20)});
        return nullptr;
    }
    return Parser(sources, diagnostics, tree).lone_expression();
}

const Expr* Parser::lone_expression() {
    const Expr* const result = expression();
    if (result == nullptr || at(TokenKind::end)) return result;
    fail_expected(Code::expected_token, "an operator or the end of the expression");
    return nullptr;
}

Expr* Parser::node(ExprKind kind, Span span) {
    if (tree_.exprs.size() >= kMaxExpressions) {
        fail(Code::too_many_expressions, span, {std::to_string(kMaxExpressions)});
        return nullptr;
    }
    Expr& expr = tree_.exprs.emplace_back();
    expr.kind = kind;
    expr.span = span;
    return &expr;
}

// Sets what follows from the parts: the span since `begin`, and the height, which is bounded.
Expr* Parser::finish(Expr* expr, std::uint32_t begin) {
    expr->span = span_since(begin);
    int height = 0;
    for (const ExprPtr arg : expr->args) height = std::max(height, arg->height + 1);
    for (const RemapItem& item : expr->remaps) height = std::max(height, item.value->height + 1);
    if (height > kMaxHeight) {
        fail(Code::chain_too_long, expr->span, {std::to_string(kMaxHeight)})
            .suggest("bind parts of it to names of their own");
        return nullptr;
    }
    expr->height = static_cast<std::uint16_t>(height);
    return expr;
}

Expr* Parser::expression() {
    const Level level(*this);
    if (!level.ok()) return nullptr;
    return at(Keyword::if_) ? conditional() : binary(1);
}

Expr* Parser::conditional() {
    const Token start = advance();
    Expr* const condition = expression();
    if (condition == nullptr) return nullptr;
    if (!expect(Keyword::then_, "'then' after the condition of 'if'")) return nullptr;
    Expr* const yes = expression();
    if (yes == nullptr) return nullptr;
    if (!at(Keyword::else_)) {
        if (peek().kind == TokenKind::invalid || peek().kind == TokenKind::assign) {
            fail_expected(Code::expected_token, "'else'");
        } else {
            fail(Code::if_without_else, span_of(start), {describe(peek())})
                .suggest("every 'if' has a value on both sides: if c then a else b");
        }
        return nullptr;
    }
    advance();
    Expr* const no = expression();
    if (no == nullptr) return nullptr;
    Expr* const result = node(ExprKind::if_else, {});
    if (result == nullptr) return nullptr;
    result->args = {condition, yes, no};
    return finish(result, start.begin);
}

// Operators that bind at least as tightly as `least_binding`, all left-associative.
Expr* Parser::binary(int least_binding) {
    const std::uint32_t begin = peek().begin;
    Expr* left = power();
    Token compared;  // the comparison just taken at this level, if any
    while (left != nullptr) {
        const Token token = peek();
        const auto found = operator_of(token, greater_closes_);
        if (!found || found->binding < least_binding) return left;
        if (found->binding == kComparison) {
            if (compared.kind != TokenKind::end) {
                fail(Code::chained_comparison, span_of(token))
                    .note(span_of(compared), "the first comparison is here")
                    .suggest("join two comparisons: a < b and b < c; or parenthesise one");
                return nullptr;
            }
            compared = token;
            if (left->kind == ExprKind::unary && left->unary_op == UnaryOp::logical_not &&
                !left->parenthesised) {
                diagnostics_.add(Code::not_comparison, left->span, {lexer_.text(token)})
                    .suggest("write not (a " + std::string(lexer_.text(token)) +
                             " b), or parenthesise (not a)");
            }
        }
        advance();
        Expr* const right = binary(found->binding + 1);
        if (right == nullptr) return nullptr;
        Expr* const result = node(ExprKind::binary, {});
        if (result == nullptr) return nullptr;
        result->binary_op = found->op;
        result->args = {left, right};
        left = finish(result, begin);
    }
    return nullptr;
}

// Right-associative, and looser than a sign: -2^2 is (-2)^2.
Expr* Parser::power() {
    const std::uint32_t begin = peek().begin;
    Expr* const base = unary();
    if (base == nullptr || !at(TokenKind::power)) return base;
    advance();
    const Level level(*this);
    if (!level.ok()) return nullptr;
    Expr* const exponent = power();
    if (exponent == nullptr) return nullptr;
    if (base->kind == ExprKind::unary && base->unary_op == UnaryOp::negate &&
        !base->parenthesised) {
        diagnostics_.add(Code::negated_power, span_since(begin))
            .suggest("write (-a)^b if that is meant, else -(a^b)");
    }
    Expr* const result = node(ExprKind::binary, {});
    if (result == nullptr) return nullptr;
    result->binary_op = BinaryOp::power;
    result->args = {base, exponent};
    return finish(result, begin);
}

Expr* Parser::unary() {
    const bool negates = at(TokenKind::minus);
    if (!negates && !at(Keyword::not_)) return postfix();
    const Token sign = advance();
    const Level level(*this);
    if (!level.ok()) return nullptr;
    Expr* const operand = unary();
    if (operand == nullptr) return nullptr;
    Expr* const result = node(ExprKind::unary, {});
    if (result == nullptr) return nullptr;
    result->unary_op = negates ? UnaryOp::negate : UnaryOp::logical_not;
    result->args = {operand};
    return finish(result, sign.begin);
}

Expr* Parser::postfix() {
    Expr* base = primary();
    while (base != nullptr) {
        if (at(TokenKind::left_bracket)) {
            base = brackets(base);
        } else if (at(TokenKind::left_paren)) {
            base = paren_remap(base);
        } else if (at(TokenKind::at)) {
            fail(Code::strand_of_value, span_of(peek()))
                .suggest("bind the value to a name first, then read name@strand");
            return nullptr;
        } else {
            return base;
        }
    }
    return nullptr;
}

Expr* Parser::primary() {
    const Token token = peek();
    switch (token.kind) {
        case TokenKind::number: return number();
        case TokenKind::name: return named_operand();
        case TokenKind::left_paren: return parenthesised();
        case TokenKind::less:
        case TokenKind::shift_left: return bundle();
        case TokenKind::string: fail(Code::misplaced_string, span_of(token)); return nullptr;
        default: break;
    }
    if (token.keyword == Keyword::me_) return me_operand();
    if (token.keyword == Keyword::if_) {
        fail(Code::if_as_operand, span_of(token)).suggest("write (if c then a else b)");
        return nullptr;
    }
    fail_expected(Code::expected_expression, "an expression");
    return nullptr;
}

Expr* Parser::number() {
    const Token token = advance();
    const std::string_view text = lexer_.text(token);
    Expr* const result = node(ExprKind::number, span_of(token));
    if (result == nullptr) return nullptr;
    result->text = text;
    if (token.reported) return result;
    const auto [end, status] =
        std::from_chars(text.data(), text.data() + text.size(), result->value);
    if (status == std::errc::result_out_of_range && overflows(text)) {
        fail(Code::number_too_large, result->span, {text})
            .suggest("the largest number is about 1.8e308");
        return nullptr;
    }
    return result;
}

// (a) is a itself; (a, b) is a tuple.
Expr* Parser::parenthesised() {
    const Token open = advance();
    const Bracket bracket(*this, open);
    if (at(TokenKind::right_paren)) {
        fail(Code::empty_list, {tree_.file, open.begin, peek().end}, {"this pair of parentheses"});
        return nullptr;
    }
    Expr* const first = expression();
    if (first == nullptr) return nullptr;
    if (accept(TokenKind::right_paren)) {
        first->parenthesised = true;
        first->span = span_since(open.begin);
        return first;
    }
    Expr* const tuple = node(ExprKind::tuple, {});
    if (tuple == nullptr) return nullptr;
    tuple->args.push_back(first);
    while (accept(TokenKind::comma)) {
        Expr* const item = expression();
        if (item == nullptr) return nullptr;
        tuple->args.push_back(item);
    }
    if (!expect(TokenKind::right_paren, "an operator, ',' or ')'")) return nullptr;
    return finish(tuple, open.begin);
}

// <a, b, c>: directly inside, '>' closes and is no comparison. '<<' opens two, '>>' closes two (or
// closes one and compares with what follows, where only one is open).
Expr* Parser::bundle() {
    const Level level(*this);
    if (!level.ok()) return nullptr;
    const Token open = at(TokenKind::shift_left) ? split() : advance();
    Expr* const result = node(ExprKind::bundle, {});
    if (result == nullptr) return nullptr;
    {
        const Bracket bracket(*this, open);
        if (at(TokenKind::greater)) {
            fail(Code::empty_list, {tree_.file, open.begin, peek().end}, {"this bundle"});
            return nullptr;
        }
        do {
            Expr* const item = expression();
            if (item == nullptr) return nullptr;
            result->args.push_back(item);
        } while (accept(TokenKind::comma));
        if (at(TokenKind::shift_right))
            (void)split();
        else if (!expect(TokenKind::greater, "an operator, ',' or '>'"))
            return nullptr;
    }
    bundle_end_ = last_.end;
    return finish(result, open.begin);
}

}  // namespace weft::syntax

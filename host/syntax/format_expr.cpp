// Expressions in canonical form: the fewest parentheses that keep the tree, blanks around operators
// but '^', lists on one line or one item a line.
#include "syntax/format_expr.h"

#include <string>

#include "syntax/format_list.h"

namespace weft::syntax {
namespace {

// How tightly the grammar binds; an operand that binds less is parenthesised.
enum Binding : int {
    kConditional,
    kOr,
    kAnd,
    kComparison,
    kSum,
    kProduct,
    kPower,
    kUnary,
    kPostfix
};

struct Spelling {
    std::string_view text;
    Binding binding;
};

Spelling spelling(BinaryOp op) {
    switch (op) {
        case BinaryOp::power: return {"^", kPower};
        case BinaryOp::multiply: return {"*", kProduct};
        case BinaryOp::divide: return {"/", kProduct};
        case BinaryOp::modulo: return {"%", kProduct};
        case BinaryOp::add: return {"+", kSum};
        case BinaryOp::subtract: return {"-", kSum};
        case BinaryOp::less: return {"<", kComparison};
        case BinaryOp::less_equal: return {"<=", kComparison};
        case BinaryOp::greater: return {">", kComparison};
        case BinaryOp::greater_equal: return {">=", kComparison};
        case BinaryOp::equal: return {"==", kComparison};
        case BinaryOp::not_equal: return {"!=", kComparison};
        case BinaryOp::logical_and: return {"and", kAnd};
        case BinaryOp::logical_or: return {"or", kOr};
    }
    return {"", kPostfix};
}

Binding binding_of(const Expr& expr) {
    switch (expr.kind) {
        case ExprKind::if_else: return kConditional;
        case ExprKind::binary: return spelling(expr.binary_op).binding;
        case ExprKind::unary: return kUnary;
        default: return kPostfix;
    }
}

Doc parenthesised(Doc inner) {
    Doc result;
    result << "(" << doc_wrap(Doc::Kind::indent, std::move(inner)) << ")";
    return result;
}

}  // namespace

std::string quoted(std::string_view contents) {
    std::string result = "\"";
    for (const char c : contents) {
        if (c == '"' || c == '\\') result += '\\';
        if (c == '\n')
            result += "\\n";
        else
            result += c;
    }
    return result + '"';
}

Doc name_list(std::string_view open, const std::vector<Name>& names, std::string_view close,
              std::string_view separator) {
    const auto may_break = separator == "," ? Doc::Kind::soft_line : Doc::Kind::line;
    Doc list;
    for (std::size_t i = 0; i < names.size(); ++i) {
        Doc item{Doc::Kind::group, {}, {}, false};
        if (i != 0) {
            list << ",";
            item << doc_break(may_break);
        }
        item << names[i].text;
        list << std::move(item);
    }
    Doc result;
    result << open << doc_wrap(Doc::Kind::indent, std::move(list)) << close;
    return result;
}

// The comments before `offset`, behind what was written last; a line comment that began its line
// begins one again.
void ExprFormatter::gap(Doc& doc, std::uint32_t offset) {
    const std::vector<const Comment*> comments = comments_.take_before(offset);
    if (comments.empty()) return;
    if (comments.front()->own_line && comments_.ends_line(*comments.front()))
        doc << doc_break(Doc::Kind::hard_line);
    for (const Comment* comment : comments) doc << " " << doc_comment(comments_.text(*comment));
}

Doc ExprFormatter::operand(const Expr& expr, int least_binding, bool in_bundle) {
    // Directly inside <...> a '>' would close the bundle.
    const bool closes =
        in_bundle && expr.kind == ExprKind::binary && expr.binary_op == BinaryOp::greater;
    if (closes || binding_of(expr) < least_binding) return parenthesised(bare(expr, false));
    return bare(expr, in_bundle);
}

Doc ExprFormatter::bare(const Expr& expr, bool in_bundle) {
    const std::uint32_t end = expr.span.end;
    Doc result;
    switch (expr.kind) {
        case ExprKind::number:
        case ExprKind::name: return doc_text(expr.text);
        case ExprKind::string: return doc_text(quoted(expr.text));
        case ExprKind::member: return doc_text(expr.text + '@' + expr.member.text);
        case ExprKind::unary: return unary(expr, in_bundle);
        case ExprKind::binary: return binary(expr, in_bundle);
        case ExprKind::if_else: return conditional(expr, in_bundle);
        case ExprKind::call:
            result << expr.text << arguments(expr.args, expr.arg_names, end);
            return result;
        case ExprKind::multi_call:
            result << expr.text + '<' + std::to_string(static_cast<long>(expr.value)) + '>'
                   << arguments(expr.args, expr.arg_names, end);
            return result;
        case ExprKind::bundle: return items(expr.args, {}, "<", ">", end);
        case ExprKind::tuple: return items(expr.args, {}, "(", ")", end);
        case ExprKind::index: return index(expr);
        case ExprKind::remap: return remap(expr);
    }
    return result;
}

Doc ExprFormatter::unary(const Expr& expr, bool in_bundle) {
    Doc result;
    result << (expr.unary_op == UnaryOp::negate ? "-" : "not ")
           << operand(*expr.args[0], kUnary, in_bundle);
    return result;
}

// A chain of operators of one level is one sequence that may break before each operator.
Doc ExprFormatter::binary(const Expr& expr, bool in_bundle) {
    const Binding level = spelling(expr.binary_op).binding;
    Doc result;
    if (level == kPower) {
        const Expr& base = *expr.args[0];
        // (-2)^2 and -2^2 are the same; whoever wrote the parentheses wanted them seen.
        const bool keep = base.kind == ExprKind::unary && base.parenthesised;
        result << (keep ? parenthesised(bare(base, false)) : operand(base, kUnary, in_bundle));
        result << "^" << operand(*expr.args[1], kPower, in_bundle);
        return result;
    }
    std::vector<const Expr*> chain{&expr};  // outermost, so last, operator first
    while (level != kComparison) {
        const Expr* const left = chain.back()->args[0];
        if (left->kind != ExprKind::binary || spelling(left->binary_op).binding != level) break;
        chain.push_back(left);
    }
    const int left_binding = level == kComparison ? level + 1 : level;
    result << operand(*chain.back()->args[0], left_binding, in_bundle);
    for (auto link = chain.rbegin(); link != chain.rend(); ++link) {
        const Expr& right = *(*link)->args[1];
        gap(result, right.span.begin);
        Doc next{Doc::Kind::group, {}, {}, false};
        next << doc_break(Doc::Kind::line) << spelling((*link)->binary_op).text << " "
             << operand(right, level + 1, in_bundle);
        result << std::move(next);
    }
    return result;
}

Doc ExprFormatter::conditional(const Expr& expr, bool in_bundle) {
    // An `if` inside the condition or the first branch needs no parentheses, but the reader does.
    Doc result{Doc::Kind::group, {}, {}, false};
    Doc branches;
    result << "if " << operand(*expr.args[0], kOr, in_bundle);
    gap(result, expr.args[1]->span.begin);
    branches << doc_break(Doc::Kind::line) << "then " << operand(*expr.args[1], kOr, in_bundle);
    gap(branches, expr.args[2]->span.begin);
    branches << doc_break(Doc::Kind::line) << "else "
             << operand(*expr.args[2], kConditional, in_bundle);
    result << doc_wrap(Doc::Kind::indent, std::move(branches));
    return result;
}

Doc ExprFormatter::arguments(const std::vector<ExprPtr>& args, const std::vector<Name>& names,
                             std::uint32_t end) {
    return items(args, names, "(", ")", end);
}

Doc ExprFormatter::items(const std::vector<ExprPtr>& args, const std::vector<Name>& names,
                         std::string_view open, std::string_view close, std::uint32_t end) {
    ListBuilder list(comments_, open, close);
    for (std::size_t i = 0; i < args.size(); ++i) {
        const bool named = i < names.size() && !names[i].text.empty();
        list.before_item(named ? names[i].span.begin : args[i]->span.begin);
        Doc item;
        if (named) item << names[i].text << ": ";
        item << operand(*args[i], kConditional, open == "<");
        list.item(std::move(item));
    }
    return list.finish(end);
}

Doc ExprFormatter::index(const Expr& expr) {
    Doc result;
    result << base(*expr.args[0], false, false);
    ListBuilder list(comments_, "[", "]");
    list.before_item(expr.args[1]->span.begin);
    list.item(operand(*expr.args[1], kConditional, false));
    result << list.finish(expr.span.end);
    return result;
}

Doc ExprFormatter::remap(const Expr& expr) {
    const bool positional_first = expr.remaps.front().field.text.empty();
    Doc result;
    result << base(*expr.args[0], !expr.bracket_remap, positional_first);
    ListBuilder list(comments_, expr.bracket_remap ? "[" : "(", expr.bracket_remap ? "]" : ")");
    for (const RemapItem& replaced : expr.remaps) {
        list.before_item(replaced.span.begin);
        Doc item;
        if (!replaced.field.text.empty())
            item << replaced.instance.text + '@' + replaced.field.text + " ~ ";
        item << operand(*replaced.value, kConditional, false);
        list.item(std::move(item));
    }
    result << list.finish(expr.span.end);
    return result;
}

// What a bracket stands behind. `name(e)` would be a call, `<a>(e)` and `2(e)` nothing at all.
Doc ExprFormatter::base(const Expr& expr, bool before_paren, bool name_would_call) {
    const bool wrapped = expr.kind == ExprKind::number ||
                         (before_paren && expr.kind == ExprKind::bundle) ||
                         (before_paren && name_would_call && expr.kind == ExprKind::name);
    if (wrapped) return parenthesised(bare(expr, false));
    return operand(expr, kPostfix, false);
}

}  // namespace weft::syntax

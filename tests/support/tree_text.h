// A syntax tree as text without positions, comments and redundant parentheses: two trees are the
// same program if and only if these texts are equal. Also what parser tests compare with.
#pragma once

#include <string>

#include "syntax/ast.h"

namespace weft::syntax {

inline std::string tree_text(const Expr& expr);

inline std::string tree_text(const std::vector<Name>& names) {
    std::string text = "<";
    for (const Name& name : names) text += (text.size() > 1 ? "," : "") + name.text;
    return text + ">";
}

inline std::string tree_text(const std::vector<ExprPtr>& args, const std::vector<Name>& names) {
    std::string text;
    for (std::size_t i = 0; i < args.size(); ++i) {
        text += ' ';
        if (i < names.size() && !names[i].text.empty()) text += names[i].text + ':';
        text += tree_text(*args[i]);
    }
    return text;
}

inline const char* operator_text(BinaryOp op) {
    constexpr const char* kTexts[] = {"^",  "*", "/",  "%",  "+",  "-",   "<",
                                      "<=", ">", ">=", "==", "!=", "and", "or"};
    return kTexts[static_cast<std::size_t>(op)];
}

inline std::string tree_text(const Expr& expr) {
    const auto list = [&](const std::string& head) {
        return '(' + head + tree_text(expr.args, expr.arg_names) + ')';
    };
    switch (expr.kind) {
        case ExprKind::number:
        case ExprKind::name: return expr.text;
        case ExprKind::string: return '"' + expr.text + '"';
        case ExprKind::member: return expr.text + '@' + expr.member.text;
        case ExprKind::unary: return list(expr.unary_op == UnaryOp::negate ? "neg" : "not");
        case ExprKind::binary: return list(operator_text(expr.binary_op));
        case ExprKind::if_else: return list("if");
        case ExprKind::call: return list("call " + expr.text);
        case ExprKind::multi_call:
            return list("multi " + expr.text + ' ' + std::to_string(static_cast<int>(expr.value)));
        case ExprKind::bundle: return list("bundle");
        case ExprKind::tuple: return list("tuple");
        case ExprKind::index: return list("index");
        case ExprKind::remap: break;
    }
    std::string text = std::string("(remap") + (expr.bracket_remap ? "[]" : "()");
    text += ' ' + tree_text(*expr.args[0]);
    for (const RemapItem& item : expr.remaps) {
        text += ' ';
        if (!item.field.text.empty()) text += item.instance.text + '@' + item.field.text + '~';
        text += tree_text(*item.value);
    }
    return text + ')';
}

inline std::string tree_text(const std::vector<SpindleStmt>& body) {
    constexpr const char* kAssigns[] = {"=", "+=", "-=", "*=", "/="};
    std::string text = "{";
    for (const SpindleStmt& statement : body) {
        text += ' ';
        if (statement.kind == SpindleStmtKind::loop) {
            text += "for " + statement.name.text + ' ' + tree_text(*statement.from) + ' ' +
                    tree_text(*statement.to) + ' ' + tree_text(statement.body);
        } else {
            if (statement.kind == SpindleStmtKind::output) text += "out ";
            if (statement.double_colon) text += "::";
            text += statement.name.text;
            if (!statement.outputs.empty()) text += tree_text(statement.outputs);
            text += kAssigns[static_cast<std::size_t>(statement.assign_op)];
            text += tree_text(*statement.value);
        }
        text += ';';
    }
    return text + " }";
}

inline std::string tree_text(const Stmt& statement) {
    const std::string outputs = tree_text(statement.outputs);
    switch (statement.kind) {
        case StmtKind::bind:
            return (statement.double_colon ? "bind:: " : "bind ") + statement.name.text +
                   (statement.has_outputs ? outputs : "") + ' ' + tree_text(*statement.value);
        case StmtKind::setting:
            return "set " + statement.name.text + ' ' + tree_text(*statement.value);
        case StmtKind::spindle:
            return "spindle " + statement.name.text + tree_text(statement.params) + outputs +
                   tree_text(statement.body);
        case StmtKind::use: return "use \"" + statement.path + '"';
        case StmtKind::pragma:
            return '#' + statement.name.text + ' ' + statement.instance.text + outputs +
                   tree_text(statement.pragma_values, {}) +
                   (statement.has_label ? " \"" + statement.label + '"' : "");
        case StmtKind::sink:
            return "sink " + statement.name.text + tree_text(statement.args, statement.arg_names);
    }
    return {};
}

inline std::string tree_text(const SyntaxTree& tree) {
    std::string text;
    for (const Stmt& statement : tree.statements) text += tree_text(statement) + '\n';
    return text;
}

}  // namespace weft::syntax

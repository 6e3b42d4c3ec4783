// The syntax tree: what was written, with positions, before names mean anything. Nodes live in a
// SyntaxTree (arena) and are never changed after parsing. fmt prints this tree, sema reads it.
#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/source.h"

namespace weft::syntax {

struct Expr;
using ExprPtr = const Expr*;

enum class UnaryOp : std::uint8_t { negate, logical_not };
// clang-format off
enum class BinaryOp : std::uint8_t {
    power, multiply, divide, modulo, add, subtract,
    less, less_equal, greater, greater_equal, equal, not_equal,
    logical_and, logical_or,
};
// clang-format on

struct Name {
    std::string text;
    Span span;
};

enum class ExprKind : std::uint8_t {
    number,      // value; text: as it was spelt
    string,      // text (escapes resolved); only as an argument of builtins and sinks
    name,        // text: bare instance, parameter, local or loop variable
    member,      // text@member: me@x, img@r, key@space, c@k
    unary,       // unary_op, args[0]
    binary,      // binary_op, args[0], args[1]
    if_else,     // args[0..2]: condition, then, else
    call,        // text(args...) with named (to: "...") arguments in arg_names
    multi_call,  // f<N>(...): as call; `value` holds N
    bundle,      // <a, b, c>
    tuple,       // (a, b) with two or more items; (a) alone is just a with `parenthesised` set
    index,       // args[0][args[1]]: constant index into a bundle
    remap,       // args[0][t ~ e, ...] or args[0](t ~ e, ...) or positional strand(e1, e2)
};

// One replacement of a remap. Positional items have an empty `instance` and `field`.
struct RemapItem {
    Name instance;  // "me", or the name of the instance whose own axis is mapped
    Name field;     // "x", "time", "k", ...
    ExprPtr value = nullptr;
    Span span;
};

struct Expr {
    ExprKind kind = ExprKind::number;
    bool parenthesised = false;
    bool bracket_remap = false;  // remap written with [..]; else with (..)
    UnaryOp unary_op{};
    BinaryOp binary_op{};
    std::uint16_t height = 0;  // levels below; at most kMaxHeight, so that visitors may recurse
    double value = 0;
    std::string text;  // name, member's instance, callee, string contents
    Name member;       // member: what follows '@'
    Span text_span;    // of `text` where it is a name
    std::vector<ExprPtr> args;
    std::vector<Name> arg_names;  // call: parallel to args; empty text where positional
    std::vector<RemapItem> remaps;
    Span span;  // the whole expression
};

enum class StmtKind : std::uint8_t {
    bind,     // name<outputs> = value, name = value, f(..)::name<..>
    setting,  // me<field> = value
    spindle,
    use,
    pragma,
    sink,  // display render play osc midi export data compute
};

enum class SpindleStmtKind : std::uint8_t { assign, output, loop };
enum class AssignOp : std::uint8_t { set, add, subtract, multiply, divide };

struct SpindleStmt {
    SpindleStmtKind kind = SpindleStmtKind::assign;
    AssignOp assign_op = AssignOp::set;
    Name name;                      // local, output or loop variable
    bool double_colon = false;      // assign: written as f(..)::name<..>
    std::vector<Name> outputs;      // assign: `name<o,..> = e` inside a spindle (local bundle)
    ExprPtr value = nullptr;        // assign, output
    ExprPtr from = nullptr;         // loop
    ExprPtr to = nullptr;           // loop
    std::vector<SpindleStmt> body;  // loop
    Span body_span;                 // loop: with its braces
    Span span;
};

struct Stmt {
    StmtKind kind = StmtKind::bind;
    Name name;                      // instance, setting's field, spindle, pragma's kind, sink
    bool has_outputs = false;       // bind: whether <...> was written
    bool double_colon = false;      // bind: written as f(..)::name<..>
    std::vector<Name> outputs;      // bind, spindle, pragma; #smooth: the instances it is about
    std::vector<Name> params;       // spindle
    ExprPtr value = nullptr;        // bind, setting
    std::vector<SpindleStmt> body;  // spindle
    Span body_span;                 // spindle: with its braces
    std::string path;               // use
    Span path_span;
    // pragma: `name` is slider/xy/color/toggle/curve/badge/smooth, `instance` what it binds
    Name instance;
    std::vector<ExprPtr> pragma_values;  // numbers and tuples as written
    std::string label;
    bool has_label = false;
    std::vector<ExprPtr> args;    // sink arguments
    std::vector<Name> arg_names;  // sink: `r:`, `target:`; empty text where positional
    Span span;
};

struct Comment {
    Span span;      // with its // or /* */
    bool own_line;  // nothing but white space and comments before it on its line
};

// One parsed file. Owns every node; moving it keeps node addresses.
struct SyntaxTree {
    FileId file = Span::kNoFile;
    std::vector<Stmt> statements;
    std::vector<Comment> comments;  // in source order; fmt puts them back
    std::deque<Expr> exprs;         // arena
};

}  // namespace weft::syntax

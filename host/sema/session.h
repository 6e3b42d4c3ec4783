// What analysis knows besides the program it makes: syntax trees, symbols, spindles. It outlives
// the analysis, so that one more expression can be checked against a finished program.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sema/analyze.h"
#include "sema/program.h"
#include "syntax/ast.h"

namespace weft::sema {

// A statement of the program or of a file it uses, in the order of the text.
struct Item {
    const syntax::Stmt* stmt = nullptr;
    std::uint32_t order = 0;
    bool imported = false;
};

// One statement that binds outputs of an instance.
struct Part {
    const syntax::Stmt* stmt = nullptr;
    std::uint32_t first = 0;  // position of its first output in the instance
};

struct InstanceSymbol {
    InstanceId id = kNone;
    std::vector<Part> parts;
};

// How a spindle uses a parameter; decides what a call has to pass.
struct ParamUse {
    bool bare = false;    // as one value
    bool record = false;  // its strands: p@r, p[0], p@k ~ e, or handed on to a spindle that does
};

struct Spindle {
    const syntax::Stmt* stmt = nullptr;
    std::vector<ParamUse> uses;  // parallel to stmt->params
    std::vector<std::uint32_t> callees;
    bool poisoned = false;  // its definition has errors that were reported
};

enum class SymbolKind : std::uint8_t { instance, spindle };
struct Symbol {
    SymbolKind kind = SymbolKind::instance;
    std::uint32_t index = 0;  // into instances or spindles of the session
    Span span;
};

struct Session {
    std::deque<syntax::SyntaxTree> trees;
    std::vector<Item> items;
    std::vector<InstanceSymbol> instances;
    std::vector<Spindle> spindles;
    std::unordered_map<std::string_view, Symbol> symbols;  // views into the trees
    std::unordered_map<std::string, Body*> bodies;         // by spindle and shape of arguments
    std::vector<InstanceId> inputs;                        // mouse and key, once they are read
    std::vector<Builtin> builtins;                         // of plugins
};

}  // namespace weft::sema

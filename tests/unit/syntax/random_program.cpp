// Restates the grammar independently of the parser: what needs parentheses is decided here anew.
#include "random_program.h"

#include <array>
#include <utility>

namespace weft::syntax {
namespace {

using Tokens = std::vector<std::string>;

enum Level { kIf, kOr, kAnd, kCompare, kAdd, kMultiply, kPower, kSign, kOperand };

struct Piece {
    Tokens tokens;
    std::string tree;
    Level level = kOperand;
    bool shows_greater = false;   // has a '>' comparison outside any parentheses
    bool is_name = false;         // a bare name: '(' behind it would be a call
    bool takes_no_paren = false;  // a number or bundle: '(' behind it is an error
};

struct Operator {
    const char* tree;
    std::vector<const char*> spellings;
    Level level;
};

const std::vector<Operator> kOperators{
    {"*", {"*"}, kMultiply},
    {"/", {"/"}, kMultiply},
    {"%", {"%"}, kMultiply},
    {"+", {"+"}, kAdd},
    {"-", {"-"}, kAdd},
    {"<", {"<", "<<"}, kCompare},
    {"<=", {"<=", "<<="}, kCompare},
    {">", {">", ">>"}, kCompare},
    {">=", {">=", ">>="}, kCompare},
    {"==", {"==", "==="}, kCompare},
    {"!=", {"!="}, kCompare},
    {"and", {"and"}, kAnd},
    {"or", {"or"}, kOr},
    {"^", {"^"}, kPower},
};

void append(Tokens& tokens, const Tokens& more) {
    tokens.insert(tokens.end(), more.begin(), more.end());
}

class Generator {
public:
    explicit Generator(std::mt19937& random) : random_(random) {}

    std::pair<Tokens, std::string> program() {
        Tokens tokens;
        std::string tree;
        for (int i = below(6); i >= 0; --i) {
            auto [more, text] = statement();
            append(tokens, more);
            tree += text + '\n';
        }
        return {std::move(tokens), std::move(tree)};
    }

private:
    int below(int n) { return std::uniform_int_distribution<int>(0, n - 1)(random_); }
    bool chance(int percent) { return below(100) < percent; }
    template <class Choices>
    auto pick(const Choices& choices) {
        return choices[static_cast<std::size_t>(below(static_cast<int>(choices.size())))];
    }

    std::string name() {
        static const std::array<std::string, 8> names{"a",     "img",   "outer", "order",
                                                      "input", "total", "me_",   "long_name_7"};
        return pick(names);
    }

    // --- expressions

    Piece wrapped(Piece inner) {
        Piece piece;
        piece.tokens = {"("};
        append(piece.tokens, inner.tokens);
        piece.tokens.push_back(")");
        piece.tree = std::move(inner.tree);
        return piece;
    }

    Piece at_least(Level least, int depth) {
        Piece piece = expression(depth);
        if (piece.level < least || chance(10)) return wrapped(std::move(piece));
        return piece;
    }

    Piece expression(int depth) {
        if (depth <= 0) return leaf();
        switch (below(12)) {
            case 0:
            case 1:
            case 2:
            case 3: return binary(depth);
            case 4: return sign(depth);
            case 5: return conditional(depth);
            case 6: return call(depth);
            case 7: return list(depth, "<", ">", "bundle", 1);
            case 8: return list(depth, "(", ")", "tuple", 2);
            case 9: return index(depth);
            case 10: return remap(depth);
            default: return leaf();
        }
    }

    Piece leaf() {
        static const std::array<std::string, 6> numbers{"1", "1.5", ".5", "5.", "1e-3", "0.10"};
        Piece piece;
        if (chance(40)) {
            piece.tree = pick(numbers);
            piece.tokens = {piece.tree};
            piece.takes_no_paren = true;
        } else if (chance(50)) {
            piece.tree = name();
            piece.tokens = {piece.tree};
            piece.is_name = true;
        } else {
            static const std::array<std::string, 4> instances{"me", "img", "key", "c"};
            static const std::array<std::string, 4> fields{"x", "r", "to", "out"};
            const std::string instance = pick(instances);
            const std::string field = pick(fields);
            piece.tokens = {instance, "@", field};
            piece.tree = instance + '@' + field;
        }
        return piece;
    }

    Piece binary(int depth) {
        const Operator& op =
            kOperators[static_cast<std::size_t>(below(static_cast<int>(kOperators.size())))];
        const auto tighter = static_cast<Level>(op.level + 1);
        Level left_level = op.level;
        Level right_level = tighter;
        if (op.level == kCompare) left_level = tighter;
        if (op.level == kPower) std::swap(left_level, right_level);
        const Piece left = at_least(left_level, depth - 1);
        const Piece right = at_least(right_level, depth - 1);
        Piece piece;
        piece.tokens = left.tokens;
        piece.tokens.push_back(pick(op.spellings));
        append(piece.tokens, right.tokens);
        piece.tree = '(' + std::string(op.tree) + ' ' + left.tree + ' ' + right.tree + ')';
        piece.level = op.level;
        piece.shows_greater =
            left.shows_greater || right.shows_greater || std::string(op.tree) == ">";
        return piece;
    }

    Piece sign(int depth) {
        const bool negate = chance(60);
        Piece piece = at_least(kSign, depth - 1);
        piece.tokens.insert(piece.tokens.begin(), negate ? "-" : "not");
        piece.tree = (negate ? "(neg " : "(not ") + piece.tree + ')';
        piece.level = kSign;
        piece.is_name = piece.takes_no_paren = false;
        return piece;
    }

    Piece conditional(int depth) {
        const Piece c = at_least(kIf, depth - 1);
        const Piece a = at_least(kIf, depth - 1);
        const Piece b = at_least(kIf, depth - 1);
        Piece piece;
        piece.tokens = {"if"};
        append(piece.tokens, c.tokens);
        piece.tokens.push_back("then");
        append(piece.tokens, a.tokens);
        piece.tokens.push_back("else");
        append(piece.tokens, b.tokens);
        piece.tree = "(if " + c.tree + ' ' + a.tree + ' ' + b.tree + ')';
        piece.level = kIf;
        piece.shows_greater = c.shows_greater || a.shows_greater || b.shows_greater;
        return piece;
    }

    Piece list(int depth, const std::string& open, const std::string& close,
               const std::string& head, int least) {
        Piece piece;
        piece.tokens = {open};
        piece.tree = '(' + head;
        for (int i = 0, count = least + below(3); i < count; ++i) {
            Piece item = at_least(kIf, depth - 1);
            if (open == "<" && item.shows_greater) item = wrapped(std::move(item));
            if (i > 0) piece.tokens.push_back(",");
            append(piece.tokens, item.tokens);
            piece.tree += ' ' + item.tree;
        }
        piece.tokens.push_back(close);
        piece.tree += ')';
        piece.takes_no_paren = open == "<";
        return piece;
    }

    void arguments(Piece& piece, int depth) {
        piece.tokens.push_back("(");
        for (int i = 0, count = below(4); i < count; ++i) {
            if (i > 0) piece.tokens.push_back(",");
            piece.tree += ' ';
            if (chance(20)) {
                append(piece.tokens, {"to", ":"});
                piece.tree += "to:";
            }
            if (chance(15)) {
                piece.tokens.push_back(R"("a\"b\\\n")");
                piece.tree += "\"a\"b\\\n\"";
            } else {
                const Piece item = at_least(kIf, depth - 1);
                append(piece.tokens, item.tokens);
                piece.tree += item.tree;
            }
        }
        piece.tokens.push_back(")");
        piece.tree += ')';
    }

    Piece call(int depth) {
        const std::string callee = name();
        Piece piece;
        piece.tokens = {callee};
        if (chance(25)) {
            append(piece.tokens, {"<", "3", ">"});
            piece.tree = "(multi " + callee + " 3";
        } else {
            piece.tree = "(call " + callee;
        }
        arguments(piece, depth);
        return piece;
    }

    Piece index(int depth) {
        const Piece base = at_least(kOperand, depth - 1);
        const Piece at = at_least(kIf, depth - 1);
        Piece piece;
        piece.tokens = base.tokens;
        piece.tokens.push_back("[");
        append(piece.tokens, at.tokens);
        piece.tokens.push_back("]");
        piece.tree = "(index " + base.tree + ' ' + at.tree + ')';
        return piece;
    }

    Piece remap(int depth) {
        const bool square = chance(50);
        const int count = 1 + below(3);
        std::vector<bool> named;
        for (int i = 0; i < count; ++i) named.push_back(chance(60));
        if (square) named.back() = true;
        Piece base = at_least(kOperand, depth - 1);
        const bool would_call = base.is_name && !named.front();
        if (!square && (base.takes_no_paren || would_call)) base = wrapped(std::move(base));
        Piece piece;
        piece.tokens = base.tokens;
        piece.tokens.push_back(square ? "[" : "(");
        piece.tree = std::string("(remap") + (square ? "[] " : "() ") + base.tree;
        for (int i = 0; i < count; ++i) {
            if (i > 0) piece.tokens.push_back(",");
            piece.tree += ' ';
            if (named[static_cast<std::size_t>(i)]) {
                append(piece.tokens, {"me", "@", "x", "~"});
                piece.tree += "me@x~";
            }
            const Piece value = at_least(kIf, depth - 1);
            append(piece.tokens, value.tokens);
            piece.tree += value.tree;
        }
        piece.tokens.push_back(square ? "]" : ")");
        piece.tree += ')';
        return piece;
    }

    // --- statements

    // <a,b>
    std::string outputs(Tokens& tokens) {
        std::string text = "<";
        tokens.push_back("<");
        for (int i = 0, count = 1 + below(3); i < count; ++i) {
            if (i > 0) tokens.push_back(",");
            tokens.push_back(name());
            text += (i > 0 ? "," : "") + tokens.back();
        }
        tokens.push_back(">");
        return text + '>';
    }

    std::pair<Tokens, std::string> statement() {
        switch (below(8)) {
            case 0: return called();
            case 1: return sink();
            case 2: return spindle();
            case 3: return pragma();
            case 4: {
                const Piece value = at_least(kIf, 2);
                Tokens tokens{"me", "<", "width", ">", "="};
                append(tokens, value.tokens);
                return {tokens, "set width " + value.tree};
            }
            case 5: return {{"use", "\"lib.weft\""}, "use \"lib.weft\""};
            default: return bound();
        }
    }

    std::pair<Tokens, std::string> bound() {
        Tokens tokens{name()};
        std::string tree = "bind " + tokens[0];
        if (chance(50)) tree += outputs(tokens);
        const Piece value = at_least(kIf, 4);
        tokens.push_back("=");
        append(tokens, value.tokens);
        return {tokens, tree + ' ' + value.tree};
    }

    std::pair<Tokens, std::string> called() {
        Piece value = call(3);
        const std::string target = name();
        append(value.tokens, {"::", target});
        const std::string names = chance(80) ? outputs(value.tokens) : "";
        return {value.tokens, "bind:: " + target + names + ' ' + value.tree};
    }

    std::pair<Tokens, std::string> sink() {
        static const std::array<std::string, 3> sinks{"display", "play", "osc"};
        Piece piece;
        const std::string word = pick(sinks);
        piece.tokens = {word};
        arguments(piece, 3);
        piece.tree.pop_back();
        return {piece.tokens, "sink " + word + piece.tree};
    }

    std::pair<Tokens, std::string> pragma() {
        switch (below(4)) {
            case 0: {
                Tokens tokens{"#", "slider", "n"};
                const std::string names = outputs(tokens);
                append(tokens, {"=", "-", "1", ",", "2.5"});
                const bool label = chance(50);
                if (label) tokens.push_back("\"speed\"");
                return {tokens, "#slider n" + names + " (neg 1) 2.5" + (label ? " \"speed\"" : "")};
            }
            case 1: return {{"#", "color", "q", "<", "r", ">"}, "#color q<r>"};
            case 2:
                return {{"#", "curve", "v", "<", "y", ">", "=", "(", "0", ",", "1", ")", ",", "(",
                         "2", ",", "-", "1", ")"},
                        "#curve v<y> (tuple 0 1) (tuple 2 (neg 1))"};
            default: return {{"#", "badge", "\"text\""}, "#badge <> \"text\""};
        }
    }

    std::pair<Tokens, std::string> spindle() {
        Tokens tokens{"spindle", "f", "("};
        std::string params = "<";
        for (int i = 0, count = below(3); i < count; ++i) {
            if (i > 0) tokens.push_back(",");
            tokens.push_back(name());
            params += (i > 0 ? "," : "") + tokens.back();
        }
        append(tokens, {")", "::"});
        const std::string names = outputs(tokens);
        const std::string inside = block(tokens, 2);
        return {tokens, "spindle f" + params + '>' + names + inside};
    }

    std::string block(Tokens& tokens, int depth) {
        static const std::array<std::string, 5> assigns{"=", "+=", "-=", "*=", "/="};
        tokens.push_back("{");
        std::string tree = "{";
        for (int i = below(4); i > 0; --i) {
            tree += ' ';
            const int kind = below(depth > 0 ? 4 : 3);
            if (kind == 3) {
                const Piece from = at_least(kIf, 1);
                const Piece to = at_least(kIf, 1);
                append(tokens, {"for", "i", "in", "("});
                append(tokens, from.tokens);
                tokens.push_back("to");
                append(tokens, to.tokens);
                tokens.push_back(")");
                tree += "for i " + from.tree + ' ' + to.tree + ' ' + block(tokens, depth - 1);
            } else if (kind == 2) {
                Piece value = call(2);
                append(tokens, value.tokens);
                append(tokens, {"::", "u"});
                tree += "::u" + (chance(50) ? outputs(tokens) : "") + '=' + value.tree;
            } else {
                const std::string target = name();
                if (kind == 1) tokens.push_back("out");
                tokens.push_back(target);
                std::string names;
                if (kind == 0 && chance(30)) names = outputs(tokens);
                tokens.push_back(names.empty() ? pick(assigns) : "=");
                const std::string op = tokens.back();
                const Piece value = at_least(kIf, 2);
                append(tokens, value.tokens);
                tree += (kind == 1 ? "out " : "") + target + names + op + value.tree;
            }
            tree += ';';
        }
        tokens.push_back("}");
        return tree + " }";
    }

    std::mt19937& random_;
};

bool is_tight(const std::string& token) {
    return token == "(" || token == ")" || token == "[" || token == "]" || token == "," ||
           token == "@" || token == "{" || token == "}";
}

}  // namespace

RandomProgram random_program(std::mt19937& random, bool with_comments) {
    const auto [tokens, expected] = Generator(random).program();
    RandomProgram program;
    program.expected = expected;
    const auto roll = [&](int n) { return std::uniform_int_distribution<int>(0, n - 1)(random); };
    const auto comment = [&](bool line) {
        const std::string number = std::to_string(program.comments.size());
        program.comments.push_back(line ? "// c" + number : "/* c" + number + " */");
        return program.comments.back();
    };
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        if (with_comments && roll(8) == 0) {
            static const std::array<const char*, 4> gaps{" ", "\n", "\n\n", "  \t"};
            program.text += gaps[static_cast<std::size_t>(roll(4))];
            for (int count = roll(3); count >= 0; --count) {
                const bool line = roll(2) == 0;
                program.text += comment(line);
                program.text += line ? "\n" : gaps[static_cast<std::size_t>(roll(4))];
            }
        } else if (i > 0) {
            const bool tight = is_tight(tokens[i]) || is_tight(tokens[i - 1]);
            if (!tight || roll(3) == 0) program.text += roll(6) == 0 ? "\n" : " ";
        }
        program.text += tokens[i];
    }
    if (with_comments && roll(2) == 0) program.text += ' ' + comment(true) + '\n';
    return program;
}

}  // namespace weft::syntax

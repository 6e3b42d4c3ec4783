// The canonical text of a program: one statement a line (or more where it is long), comments and
// single blank lines between statements kept, blocks indented.
#include <algorithm>
#include <string>
#include <vector>

#include "syntax/format_comments.h"
#include "syntax/format_expr.h"
#include "syntax/parse.h"

namespace weft::syntax {
namespace {

std::string_view spelling(AssignOp op) {
    switch (op) {
        case AssignOp::set: return " = ";
        case AssignOp::add: return " += ";
        case AssignOp::subtract: return " -= ";
        case AssignOp::multiply: return " *= ";
        case AssignOp::divide: return " /= ";
    }
    return " = ";
}

class Formatter {
public:
    Formatter(const SourceMap& sources, const SyntaxTree& tree)
        : text_(sources.file(tree.file).text),
          comments_(sources, tree.comments),
          expressions_(comments_) {}

    std::string file(const SyntaxTree& tree) {
        sequence(tree.statements, static_cast<std::uint32_t>(text_.size()));
        return std::move(out_);
    }

private:
    // Statements and the comments on lines of their own among them, up to `end`.
    template <class Statement>
    void sequence(const std::vector<Statement>& statements, std::uint32_t end) {
        for (std::size_t i = 0; i < statements.size(); ++i) {
            const Statement& statement = statements[i];
            own_lines(statement.span.begin);
            blank_line(statement.span.begin);
            for (const Comment* comment : comments_.take_before(first_inside(statement)))
                line(comments_.text(*comment));
            print(statement);
            const bool last = i + 1 == statements.size();
            position_ = statement.span.end;
            trailing(statement.span.end, last ? end : statements[i + 1].span.begin);
            out_ += '\n';
        }
        own_lines(end);
    }

    void own_lines(std::uint32_t end) {
        while (const Comment* comment = comments_.before(end)) {
            blank_line(comment->span.begin);
            line(comments_.text(*comment));
            position_ = comment->span.end;
            comments_.take();
        }
    }

    // One, where the source has any between what was printed last and `begin`.
    void blank_line(std::uint32_t begin) {
        if (begin <= position_ || block_begins_) {
            block_begins_ = false;
            return;
        }
        const auto from = text_.begin() + static_cast<std::ptrdiff_t>(position_);
        const auto to = text_.begin() + static_cast<std::ptrdiff_t>(begin);
        if (!out_.empty() && std::count(from, to, '\n') > 1) out_ += '\n';
    }

    // Comments left inside the statement, and those behind it on its line; the first one that ends
    // the line is the last one there.
    void trailing(std::uint32_t statement_end, std::uint32_t limit) {
        while (const Comment* comment = comments_.before(limit)) {
            if (comment->span.begin >= statement_end && comment->own_line) return;
            out_ += ' ';
            out_ += comments_.text(*comment);
            position_ = std::max(position_, comment->span.end);
            comments_.take();
            if (comments_.ends_line(*comment)) return;
        }
    }

    void line(std::string_view text) { out_.append(indent(), ' ').append(text).append("\n"); }

    [[nodiscard]] std::size_t indent() const { return static_cast<std::size_t>(indent_); }

    void lay(const Doc& doc) { out_.append(indent(), ' ').append(lay_out(doc, indent_)); }

    // Comments before this offset have no place inside the statement and go above it.
    static std::uint32_t first_inside(const Stmt& statement) {
        switch (statement.kind) {
            case StmtKind::bind:
            case StmtKind::setting: return statement.value->span.begin;
            case StmtKind::spindle: return statement.body_span.begin;
            case StmtKind::use:
            case StmtKind::pragma: return statement.span.end;
            case StmtKind::sink: return statement.span.begin;
        }
        return statement.span.begin;
    }

    static std::uint32_t first_inside(const SpindleStmt& statement) {
        const bool loop = statement.kind == SpindleStmtKind::loop;
        return loop ? statement.body_span.begin : statement.value->span.begin;
    }

    void print(const Stmt& statement) {
        switch (statement.kind) {
            case StmtKind::bind:
                bind(statement.name, statement.has_outputs, statement.outputs,
                     statement.double_colon, AssignOp::set, *statement.value);
                break;
            case StmtKind::setting: setting(statement); break;
            case StmtKind::spindle: spindle(statement); break;
            case StmtKind::use: lay(doc_text("use " + quoted(statement.path))); break;
            case StmtKind::pragma: pragma(statement); break;
            case StmtKind::sink: {
                Doc doc;
                doc << statement.name.text
                    << expressions_.arguments(statement.args, statement.arg_names,
                                              statement.span.end);
                lay(doc);
                break;
            }
        }
    }

    void print(const SpindleStmt& statement) {
        switch (statement.kind) {
            case SpindleStmtKind::loop: loop(statement); break;
            case SpindleStmtKind::output: {
                Doc doc;
                doc << "out " + statement.name.text << spelling(statement.assign_op)
                    << doc_wrap(Doc::Kind::indent, expressions_.whole(*statement.value));
                lay(doc);
                break;
            }
            case SpindleStmtKind::assign:
                bind(statement.name, !statement.outputs.empty(), statement.outputs,
                     statement.double_colon, statement.assign_op, *statement.value);
                break;
        }
    }

    void bind(const Name& name, bool has_outputs, const std::vector<Name>& outputs,
              bool double_colon, AssignOp op, const Expr& value) {
        Doc target;
        target << name.text;
        if (has_outputs) target << name_list("<", outputs, ">");
        Doc doc;
        if (double_colon) {
            doc << expressions_.whole(value) << "::" << std::move(target);
        } else {
            // A list is closed where the statement began; an operator's line is indented.
            Doc right = expressions_.whole(value);
            if (value.kind == ExprKind::binary)
                right = doc_wrap(Doc::Kind::indent, std::move(right));
            doc << std::move(target) << spelling(op) << std::move(right);
        }
        lay(doc);
    }

    void setting(const Stmt& statement) {
        Doc doc;
        doc << "me<" + statement.name.text + "> = "
            << doc_wrap(Doc::Kind::indent, expressions_.whole(*statement.value));
        lay(doc);
    }

    void pragma(const Stmt& statement) {
        Doc doc;
        doc << "#" + statement.name.text;
        if (statement.name.text == "smooth") {
            Doc names;
            for (std::size_t i = 0; i < statement.outputs.size(); ++i) {
                if (i > 0) names << ",";
                if (i == 0)
                    names << " ";
                else
                    names << doc_break(Doc::Kind::line);
                names << statement.outputs[i].text;
            }
            doc << doc_wrap(Doc::Kind::group, doc_wrap(Doc::Kind::indent, std::move(names)));
            return lay(doc);
        }
        const bool badge = statement.name.text == "badge";
        if (!badge) doc << " " + statement.instance.text << name_list("<", statement.outputs, ">");
        if (!badge && (statement.has_label || !statement.pragma_values.empty())) doc << " =";
        Doc values;
        for (std::size_t i = 0; i < statement.pragma_values.size(); ++i) {
            if (i == 0) {
                values << " ";
            } else {
                values << "," << doc_break(Doc::Kind::line);
            }
            values << expressions_.whole(*statement.pragma_values[i]);
        }
        doc << doc_wrap(Doc::Kind::group, doc_wrap(Doc::Kind::indent, std::move(values)));
        if (statement.has_label) doc << " " + quoted(statement.label);
        lay(doc);
    }

    void spindle(const Stmt& statement) {
        Doc doc;
        doc << "spindle " + statement.name.text << name_list("(", statement.params, ")", ", ")
            << " :: " << name_list("<", statement.outputs, ">") << " ";
        lay(doc);
        block(statement.body, statement.body_span);
    }

    void loop(const SpindleStmt& statement) {
        Doc doc;
        doc << "for " + statement.name.text + " in (" << expressions_.whole(*statement.from)
            << " to " << expressions_.whole(*statement.to) << ") ";
        lay(doc);
        block(statement.body, statement.body_span);
    }

    void block(const std::vector<SpindleStmt>& body, Span span) {
        out_ += '{';
        const std::uint32_t inside_end = span.end - 1;
        position_ = span.begin + 1;
        trailing(position_, body.empty() ? inside_end : body.front().span.begin);
        if (body.empty() && comments_.before(inside_end) == nullptr && out_.back() == '{') {
            out_ += '}';
            return;
        }
        out_ += '\n';
        indent_ += kIndentStep;
        block_begins_ = true;
        sequence(body, inside_end);
        block_begins_ = false;
        indent_ -= kIndentStep;
        out_.append(indent(), ' ').append("}");
    }

    std::string_view text_;
    CommentCursor comments_;
    ExprFormatter expressions_;
    std::string out_;
    int indent_ = 0;
    std::uint32_t position_ = 0;  // in the source, behind what was printed last
    bool block_begins_ = false;   // no blank line behind '{'
};

}  // namespace

std::string format(const SourceMap& sources, const SyntaxTree& tree) {
    return Formatter(sources, tree).file(tree);
}

}  // namespace weft::syntax

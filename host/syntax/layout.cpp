// The layout algorithm: a group goes on one line if it and what must follow on that line fit.
#include "syntax/layout.h"

#include <algorithm>

namespace weft::syntax {
namespace {

// Counting stops mattering beyond a line: a text of megabytes is not counted at every level.
int columns(std::string_view text) {
    if (text.size() > 4 * kLineWidth) return kLineWidth + 1;
    return static_cast<int>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xc0u) != 0x80u;
    }));
}

bool ends_its_line(std::string_view comment) {
    return comment.substr(0, 2) == "//";
}

class Printer {
public:
    std::string print(const Doc& doc, int indent) {
        column_ = indent;
        stack_.push_back({&doc, indent, false});
        while (!stack_.empty()) {
            const Item item = stack_.back();
            stack_.pop_back();
            step(item);
        }
        return std::move(out_);
    }

private:
    struct Item {
        const Doc* doc;
        int indent;
        bool flat;
    };

    void step(const Item& item) {
        const Doc& doc = *item.doc;
        switch (doc.kind) {
            case Doc::Kind::text: write(doc.content, item.indent); break;
            case Doc::Kind::comment:
                write(doc.content, item.indent);
                line_is_over_ = ends_its_line(doc.content);
                break;
            case Doc::Kind::line:
                if (!item.flat)
                    new_line(item.indent);
                else
                    write(" ", item.indent);
                break;
            case Doc::Kind::soft_line:
                if (!item.flat) new_line(item.indent);
                break;
            case Doc::Kind::hard_line: new_line(item.indent); break;
            case Doc::Kind::concat: push_parts(doc, item.indent, item.flat); break;
            case Doc::Kind::indent: push_parts(doc, item.indent + kIndentStep, item.flat); break;
            case Doc::Kind::group:
                push_parts(doc, item.indent, item.flat || (!doc.breaks && fits(doc)));
                break;
        }
    }

    void push_parts(const Doc& doc, int indent, bool flat) {
        for (auto part = doc.parts.rbegin(); part != doc.parts.rend(); ++part)
            stack_.push_back({&*part, indent, flat});
    }

    // Whether the group on one line, with what follows up to the next possible break, fits.
    [[nodiscard]] bool fits(const Doc& group) const {
        int left = kLineWidth - column_;
        std::vector<const Doc*> own{&group};
        while (!own.empty()) {
            const Doc& doc = *own.back();
            own.pop_back();
            if (!doc.content.empty()) left -= columns(doc.content);
            if (doc.kind == Doc::Kind::line) --left;
            if (left < 0) return false;
            for (auto part = doc.parts.rbegin(); part != doc.parts.rend(); ++part)
                own.push_back(&*part);
        }
        for (auto item = stack_.rbegin(); item != stack_.rend(); ++item) {
            std::vector<const Doc*> rest{item->doc};
            while (!rest.empty()) {
                const Doc& doc = *rest.back();
                rest.pop_back();
                const bool may_break = doc.kind == Doc::Kind::line ||
                                       doc.kind == Doc::Kind::soft_line ||
                                       doc.kind == Doc::Kind::hard_line;
                if (may_break && (!item->flat || doc.kind == Doc::Kind::hard_line)) return true;
                left -= columns(doc.content) + (doc.kind == Doc::Kind::line ? 1 : 0);
                if (left < 0) return false;
                for (auto part = doc.parts.rbegin(); part != doc.parts.rend(); ++part)
                    rest.push_back(&*part);
            }
        }
        return true;
    }

    void write(std::string_view text, int indent) {
        if (text.empty()) return;
        if (line_is_over_) new_line(indent);
        if (fresh_ && text == " ") return;
        fresh_ = false;
        out_ += text;
        const std::size_t last_line = text.rfind('\n');
        if (last_line == std::string_view::npos)
            column_ += columns(text);
        else
            column_ = columns(text.substr(last_line + 1));
    }

    void new_line(int indent) {
        line_is_over_ = false;
        fresh_ = true;
        while (!out_.empty() && out_.back() == ' ') out_.pop_back();
        out_ += '\n';
        out_.append(static_cast<std::size_t>(indent), ' ');
        column_ = indent;
    }

    std::vector<Item> stack_;
    std::string out_;
    int column_ = 0;
    bool line_is_over_ = false;  // a "//" comment was written
    bool fresh_ = false;         // nothing stands on the line yet
};

}  // namespace

Doc& Doc::operator<<(Doc part) {
    breaks = breaks || part.breaks;
    parts.push_back(std::move(part));
    return *this;
}

Doc& Doc::operator<<(std::string_view text) {
    return *this << doc_text(text);
}

Doc doc_text(std::string_view text) {
    return {Doc::Kind::text, std::string(text), {}, false};
}

Doc doc_comment(std::string_view text) {
    return {Doc::Kind::comment, std::string(text), {}, ends_its_line(text)};
}

Doc doc_break(Doc::Kind kind) {
    return {kind, {}, {}, kind == Doc::Kind::hard_line};
}

Doc doc_wrap(Doc::Kind kind, Doc inner) {
    Doc result{kind, {}, {}, inner.breaks};
    result.parts.push_back(std::move(inner));
    return result;
}

std::string lay_out(const Doc& doc, int indent) {
    return Printer().print(doc, indent);
}

}  // namespace weft::syntax

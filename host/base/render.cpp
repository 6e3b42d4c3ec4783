// Diagnostics as a person reads them (place, source line, carets, notes) and as JSON.
#include <algorithm>
#include <cstdio>

#include "base/diagnostics.h"

namespace weft {
namespace {

// Of a longer line only a window around the caret is shown, in code points.
constexpr std::size_t kMaxShownColumns = 120;
constexpr std::size_t kShownBefore = 60;

constexpr std::string_view kReplacement = "\xef\xbf\xbd";

const char* severity_name(Severity severity) {
    switch (severity) {
        case Severity::error: return "error";
        case Severity::warning: return "warning";
        case Severity::lint: return "lint";
    }
    return "error";
}

// Length of the well-formed UTF-8 sequence at the start of `text`, 0 if there is none.
std::size_t code_point_length(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned lead = byte(0);
    if (lead < 0x80) return 1;
    const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || length > text.size()) return 0;
    for (std::size_t i = 1; i < length; ++i)
        if ((byte(i) & 0xc0u) != 0x80u) return 0;
    const bool overlong = (lead == 0xe0 && byte(1) < 0xa0) || (lead == 0xf0 && byte(1) < 0x90);
    const bool outside = (lead == 0xed && byte(1) > 0x9f) || (lead == 0xf4 && byte(1) > 0x8f);
    return overlong || outside ? 0 : length;
}

// The text as a sequence of code points, each safe to print: what is malformed and every control
// character but the tab becomes U+FFFD, so that no source can steer the terminal.
template <class Sink>
void each_printable(std::string_view text, Sink&& sink) {
    while (!text.empty()) {
        const std::size_t length = code_point_length(text);
        const std::size_t consumed = length == 0 ? 1 : length;
        const auto lead = static_cast<unsigned char>(text[0]);
        const bool c1 = length == 2 && lead == 0xc2 && static_cast<unsigned char>(text[1]) < 0xa0;
        const bool control = (lead < 0x20 && lead != '\t') || lead == 0x7f || c1;
        sink(length == 0 || control ? kReplacement : text.substr(0, length), consumed);
        text.remove_prefix(consumed);
    }
}

// The offset `count` code points before `offset`, or 0.
std::size_t before(std::string_view text, std::size_t offset, std::size_t count) {
    offset = std::min(offset, text.size());
    for (; count > 0 && offset > 0; --count) {
        --offset;
        while (offset > 0 && (static_cast<unsigned char>(text[offset]) & 0xc0u) == 0x80u) --offset;
    }
    return offset;
}

std::string printable(std::string_view text) {
    std::string result;
    each_printable(text, [&](std::string_view point, std::size_t) { result += point; });
    return result;
}

class Renderer {
public:
    Renderer(const SourceMap* sources, bool color) : sources_(sources), color_(color) {}

    void diagnostic(const Diagnostic& d) {
        head(d.span, severity_name(d.severity), d.severity == Severity::error ? "31" : "33",
             d.text + " [" + code_name(d.code) + "]");
        for (const Note& note : d.notes) head(note.span, "note", "36", note.text);
        if (!d.suggestion.empty()) head({}, "help", "32", d.suggestion);
    }

    [[nodiscard]] std::string take() { return std::move(out_); }

private:
    void paint(std::string_view code, std::string_view text) {
        if (color_) out_.append("\x1b[1;").append(code).append("m");
        out_ += text;
        if (color_) out_ += "\x1b[0m";
    }

    void head(Span span, std::string_view kind, std::string_view color, const std::string& text) {
        if (placed(span)) {
            const LineColumn at = sources_->locate(span.file, span.begin);
            out_ += printable(sources_->file(span.file).path);
            out_ += ':' + std::to_string(at.line) + ':' + std::to_string(at.column) + ": ";
        }
        paint(color, kind);
        out_ += ": " + printable(text) + '\n';
        if (placed(span)) excerpt(span, color);
    }

    [[nodiscard]] bool placed(Span span) const { return sources_ != nullptr && span.valid(); }

    // The line with a caret under the first code point of the span and '~' under the rest of it.
    // Tabs are repeated in the caret line, so that the two align whatever the tab width.
    void excerpt(Span span, std::string_view color) {
        std::uint32_t begin = 0;
        const std::string_view line = sources_->line_at(span.file, span.begin, &begin);
        const LineColumn at = sources_->locate(span.file, span.begin);
        const bool cut_before = at.column > kMaxShownColumns;
        const std::size_t first = cut_before ? before(line, span.begin - begin, kShownBefore) : 0;
        const std::string_view window = line.substr(first, 4 * kMaxShownColumns);

        std::string shown = cut_before ? "..." : "";
        std::string blank = cut_before ? "   " : "";
        std::string carets;
        std::size_t column = 0;
        std::size_t offset = begin + first;
        each_printable(window, [&](std::string_view point, std::size_t bytes) {
            if (column == kMaxShownColumns) return;
            ++column;
            shown += point;
            if (offset < span.begin)
                blank += point == "\t" ? '\t' : ' ';
            else if (offset < span.end)
                carets += carets.empty() ? '^' : '~';
            offset += bytes;
        });
        if (carets.empty()) carets = "^";
        if (offset < begin + line.size()) shown += "...";

        char gutter[24];
        std::snprintf(gutter, sizeof gutter, "%5u | ", at.line);
        out_ += gutter + shown + '\n';
        std::snprintf(gutter, sizeof gutter, "%5s | ", "");
        out_ += gutter + blank;
        paint(color, carets);
        out_ += '\n';
    }

    const SourceMap* sources_;
    bool color_;
    std::string out_;
};

class JsonWriter {
public:
    explicit JsonWriter(const SourceMap* sources) : sources_(sources) {}

    void diagnostic(const Diagnostic& d) {
        out_ += "{\"code\":";
        string(code_name(d.code));
        out_ += ",\"severity\":";
        string(severity_name(d.severity));
        place(d.span);
        out_ += ",\"text\":";
        string(d.text);
        out_ += ",\"notes\":[";
        for (std::size_t i = 0; i < d.notes.size(); ++i) {
            out_ += i == 0 ? "{\"text\":" : ",{\"text\":";
            string(d.notes[i].text);
            place(d.notes[i].span);
            out_ += '}';
        }
        out_ += "],\"suggestion\":";
        string(d.suggestion);
        out_ += '}';
    }

    void raw(char c) { out_ += c; }
    [[nodiscard]] std::string take() { return std::move(out_); }

private:
    void number(std::string_view key, std::uint32_t value) {
        out_.append(",\"").append(key).append("\":").append(std::to_string(value));
    }

    // A diagnostic without a place has no such members.
    void place(Span span) {
        if (sources_ == nullptr || !span.valid()) return;
        const LineColumn begin = sources_->locate(span.file, span.begin);
        const LineColumn end = sources_->locate(span.file, span.end);
        out_ += ",\"file\":";
        string(sources_->file(span.file).path);
        number("line", begin.line);
        number("column", begin.column);
        number("end_line", end.line);
        number("end_column", end.column);
    }

    void string(std::string_view text) {
        out_ += '"';
        each_printable(text, [&](std::string_view point, std::size_t) {
            if (point == "\"" || point == "\\") out_ += '\\';
            if (point == "\t")
                out_ += "\\t";
            else
                out_ += point;
        });
        out_ += '"';
    }

    const SourceMap* sources_;
    std::string out_;
};

}  // namespace

std::string Diagnostics::render(bool color, std::size_t from) const {
    Renderer renderer(sources_, color);
    for (std::size_t i = from; i < list_.size(); ++i) renderer.diagnostic(list_[i]);
    std::string text = renderer.take();
    if (errors_ > kMaxErrors)
        text += std::to_string(errors_ - kMaxErrors) + " more errors are not shown\n";
    return text;
}

std::string Diagnostics::render_one(std::size_t index, bool color) const {
    Renderer renderer(sources_, color);
    renderer.diagnostic(list_[index]);
    return renderer.take();
}

std::string Diagnostics::render_json() const {
    JsonWriter writer(sources_);
    writer.raw('[');
    for (std::size_t i = 0; i < list_.size(); ++i) {
        if (i != 0) writer.raw(',');
        writer.diagnostic(list_[i]);
    }
    writer.raw(']');
    return writer.take();
}

}  // namespace weft

// What the C API tells about a program: diagnostics one by one, or as a text.
#include "driver/embed/border.h"
#include "driver/embed/show.h"

namespace weft::driver {
namespace {

std::uint32_t severity_of(Severity severity) {
    switch (severity) {
        case Severity::error: return WEFT_SEVERITY_ERROR;
        case Severity::warning: return WEFT_SEVERITY_WARNING;
        case Severity::lint: break;
    }
    return WEFT_SEVERITY_LINT;
}

// `text` is where it is written out, and lives as long as the result.
weft_diagnostic describe(const Messages& said, std::size_t index, std::string& text) {
    const Diagnostic& from = said.diagnostics.all()[index];
    weft_diagnostic to{};
    to.severity = severity_of(from.severity);
    to.code = static_cast<std::uint32_t>(from.code);
    if (from.span.valid()) {
        const LineColumn begin = said.sources.locate(from.span.file, from.span.begin);
        const LineColumn end = said.sources.locate(from.span.file, from.span.end);
        to.line = begin.line;
        to.column = begin.column;
        to.end_line = end.line;
        to.end_column = end.column;
        to.file = cpp::to_str(said.sources.file(from.span.file).path);
    }
    to.message = cpp::to_str(from.text);
    to.help = cpp::to_str(from.suggestion);
    text = said.diagnostics.render_one(index, false);
    to.text = cpp::to_str(text);
    return to;
}

Result<std::string> written(const Messages* said, std::uint32_t format) {
    switch (format) {
        case WEFT_MESSAGES_TEXT:
        case WEFT_MESSAGES_COLOR:
            return said == nullptr ? std::string()
                                   : said->diagnostics.render(format == WEFT_MESSAGES_COLOR);
        case WEFT_MESSAGES_JSON:
            return said == nullptr ? std::string("[]") : said->diagnostics.render_json();
        default: return invalid("format is none of WEFT_MESSAGES_*");
    }
}

}  // namespace
}  // namespace weft::driver

using namespace weft::driver;  // the C functions stand in no namespace
using weft::Result;

uint32_t weft_show_diagnostic_count(const weft_show* show) {
    if (show == nullptr || show->context.said == nullptr) {
        return 0;
    }
    return static_cast<uint32_t>(show->context.said->diagnostics.all().size());
}

weft_status weft_show_diagnostic(weft_show* show, uint32_t index, weft_diagnostic* diagnostic,
                                 weft_error* error) {
    return at_border(error, [&]() -> Result<void> {
        if (show == nullptr) {
            return invalid("show is NULL");
        }
        if (auto done = check_struct(diagnostic, "weft_diagnostic"); !done) {
            return done;
        }
        if (index >= weft_show_diagnostic_count(show)) {
            return invalid("there is no diagnostic " + std::to_string(index));
        }
        hand_out(describe(*show->context.said, index, show->diagnostic), diagnostic);
        return {};
    });
}

weft_status weft_show_messages(weft_show* show, uint32_t format, weft_str* text,
                               weft_error* error) {
    return at_border(error, [&]() -> Result<void> {
        if (show == nullptr || text == nullptr) {
            return invalid(show == nullptr ? "show is NULL" : "text is NULL");
        }
        auto all = written(show->context.said.get(), format);
        if (!all) {
            return std::move(all).error();
        }
        show->messages = std::move(*all);
        *text = weft::cpp::to_str(show->messages);
        return {};
    });
}

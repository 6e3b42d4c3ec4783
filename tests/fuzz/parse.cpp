// Any bytes: the parser ends with a tree or with messages, and what it accepts is formatted to a
// text that means the same, keeps every comment and is left alone by a second formatting.
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "../support/parsed.h"
#include "../support/tree_text.h"

namespace {

using weft::syntax::Parsed;

void require(bool holds, const char* what, const std::string& text) {
    if (holds) return;
    std::fprintf(stderr, "%s\n%s\n", what, text.c_str());
    std::abort();
}

// Without the blanks at line ends, which formatting may drop.
std::vector<std::string> comments_of(const Parsed& parsed) {
    std::vector<std::string> texts;
    for (const weft::syntax::Comment& comment : parsed.tree.comments) {
        std::string text(parsed.sources.text(comment.span));
        text.erase(text.find_last_not_of(" \t\r") + 1);
        texts.push_back(std::move(text));
    }
    return texts;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const Parsed first(std::string(data, data + size));
    const bool rendered = !first.diagnostics.render(true).empty();
    const bool listed = first.diagnostics.render_json() != "[]";
    require(rendered == listed, "text and JSON disagree", {});
    if (first.diagnostics.has_errors()) return 0;

    const std::string formatted = weft::syntax::format(first.sources, first.tree);
    const Parsed second(formatted);
    require(!second.diagnostics.has_errors(), "the formatted text has errors", formatted);
    require(tree_text(first.tree) == tree_text(second.tree), "the tree changed", formatted);
    require(comments_of(first) == comments_of(second), "a comment was lost", formatted);
    require(weft::syntax::format(second.sources, second.tree) == formatted,
            "formatting twice differs", formatted);
    return 0;
}

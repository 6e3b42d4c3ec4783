// Text that may be broken over lines, and the printer that breaks it as little as it must. The
// formatter says where a line may end; the width decides.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weft::syntax {

struct Doc {
    enum class Kind {
        text,
        comment,    // as text; one that ends its line ("//") forces a break behind it
        line,       // a blank, or a line break where the enclosing group is broken
        soft_line,  // nothing, or a line break
        hard_line,  // always a line break
        concat,
        group,   // on one line if that fits, else all its own lines break
        indent,  // line breaks inside are indented one step further
    };

    Kind kind = Kind::concat;
    std::string content;
    std::vector<Doc> parts;
    bool breaks = false;  // holds something that forces a break

    Doc& operator<<(Doc part);
    Doc& operator<<(std::string_view text);
};

[[nodiscard]] Doc doc_text(std::string_view text);
[[nodiscard]] Doc doc_comment(std::string_view text);
[[nodiscard]] Doc doc_break(Doc::Kind kind);
[[nodiscard]] Doc doc_wrap(Doc::Kind kind, Doc inner);

inline constexpr int kIndentStep = 4;
inline constexpr int kLineWidth = 100;

// The doc as text, its first line beginning at column `indent`, which is not written.
[[nodiscard]] std::string lay_out(const Doc& doc, int indent);

}  // namespace weft::syntax

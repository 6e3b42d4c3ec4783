// Comments belong to no node of the tree: the formatter puts each back where the cursor passes it.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "syntax/ast.h"

namespace weft::syntax {

// The comments of a file in order; each is taken once, by whatever is printed next to it.
class CommentCursor {
public:
    CommentCursor(const SourceMap& sources, const std::vector<Comment>& comments)
        : sources_(sources), comments_(comments) {}

    // The next comment if it begins before `offset`, else null; valid as long as the tree.
    [[nodiscard]] const Comment* before(std::uint32_t offset) const {
        const bool found = next_ < comments_.size() && comments_[next_].span.begin < offset;
        return found ? &comments_[next_] : nullptr;
    }
    void take() { ++next_; }
    // All that begin before `offset`.
    [[nodiscard]] std::vector<const Comment*> take_before(std::uint32_t offset);
    // Its text without blanks at the end of a line comment.
    [[nodiscard]] std::string_view text(const Comment& comment) const;
    [[nodiscard]] bool ends_line(const Comment& comment) const;

private:
    const SourceMap& sources_;
    const std::vector<Comment>& comments_;
    std::size_t next_ = 0;
};

}  // namespace weft::syntax

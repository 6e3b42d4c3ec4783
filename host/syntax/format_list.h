// A bracketed list with the comments between its items.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "syntax/ast.h"
#include "syntax/format_comments.h"
#include "syntax/layout.h"

namespace weft::syntax {

// Comments on the line of what stands before them stay behind it, those on lines of their own
// before the next item.
class ListBuilder {
public:
    ListBuilder(CommentCursor& comments, std::string_view open, std::string_view close)
        : comments_(comments), close_(close) {
        list_ << open;
    }

    // The next item begins at `offset`: comments before it are due.
    void before_item(std::uint32_t offset);
    void item(Doc doc) { content_ << std::move(doc); }
    // The list ends before `end`.
    [[nodiscard]] Doc finish(std::uint32_t end);

private:
    void behind(const std::vector<const Comment*>& comments, std::size_t& next);

    CommentCursor& comments_;
    std::string_view close_;
    Doc list_{Doc::Kind::group, {}, {}, false};
    Doc content_;
    bool first_ = true;
};

}  // namespace weft::syntax

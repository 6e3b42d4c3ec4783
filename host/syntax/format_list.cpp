// Comments and the bracketed lists they stand in.
#include "syntax/format_list.h"

#include <algorithm>

namespace weft::syntax {

std::vector<const Comment*> CommentCursor::take_before(std::uint32_t offset) {
    std::vector<const Comment*> taken;
    for (; before(offset) != nullptr; take()) taken.push_back(before(offset));
    return taken;
}

std::string_view CommentCursor::text(const Comment& comment) const {
    std::string_view text = sources_.text(comment.span);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r'))
        text.remove_suffix(1);
    return text;
}

bool CommentCursor::ends_line(const Comment& comment) const {
    return text(comment).substr(0, 2) == "//";
}

// Those on the line of what was written last, if a line comment is among them: it must end a line,
// and a block comment before it must stay before it.
void ListBuilder::behind(const std::vector<const Comment*>& comments, std::size_t& next) {
    std::size_t same_line = 0;
    while (same_line < comments.size() && !comments[same_line]->own_line) ++same_line;
    const auto first = comments.begin();
    const bool any = std::any_of(first, first + static_cast<std::ptrdiff_t>(same_line),
                                 [&](const Comment* c) { return comments_.ends_line(*c); });
    if (!any) return;
    for (; next < same_line; ++next)
        content_ << " " << doc_comment(comments_.text(*comments[next]));
}

void ListBuilder::before_item(std::uint32_t offset) {
    const std::vector<const Comment*> comments = comments_.take_before(offset);
    std::size_t next = 0;
    if (!first_) content_ << ",";
    behind(comments, next);
    content_ << doc_break(first_ ? Doc::Kind::soft_line : Doc::Kind::line);
    first_ = false;
    for (; next < comments.size(); ++next) {
        content_ << doc_comment(comments_.text(*comments[next]));
        if (!comments_.ends_line(*comments[next])) content_ << " ";
    }
}

Doc ListBuilder::finish(std::uint32_t end) {
    const std::vector<const Comment*> comments = comments_.take_before(end);
    std::size_t next = 0;
    behind(comments, next);
    for (; next < comments.size(); ++next) {
        const bool own_line = comments_.ends_line(*comments[next]);
        if (own_line) content_ << doc_break(Doc::Kind::hard_line);
        else content_ << " ";
        content_ << doc_comment(comments_.text(*comments[next]));
    }
    list_ << doc_wrap(Doc::Kind::indent, std::move(content_)) << doc_break(Doc::Kind::soft_line)
          << close_;
    return std::move(list_);
}

}  // namespace weft::syntax

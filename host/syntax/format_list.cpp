// Comments and the bracketed lists they stand in.
#include "syntax/format_list.h"

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

// Those on the line of what was written last, up to the first line comment, if there is one: it
// must end a line, and a block comment before it must stay before it.
void ListBuilder::behind(const std::vector<const Comment*>& comments, std::size_t& next) {
    std::size_t last = 0;
    while (last < comments.size() && !comments[last]->own_line &&
           !comments_.ends_line(*comments[last]))
        ++last;
    if (last == comments.size() || comments[last]->own_line) return;
    for (; next <= last; ++next) content_ << " " << doc_comment(comments_.text(*comments[next]));
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
    const bool own_line = next == 0 && !comments.empty() && comments_.ends_line(*comments.front());
    if (own_line) content_ << doc_break(Doc::Kind::hard_line);
    for (; next < comments.size(); ++next)
        content_ << " " << doc_comment(comments_.text(*comments[next]));
    list_ << doc_wrap(Doc::Kind::indent, std::move(content_)) << doc_break(Doc::Kind::soft_line)
          << close_;
    return std::move(list_);
}

}  // namespace weft::syntax

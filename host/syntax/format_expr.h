// The canonical form of expressions, with the comments that stand inside them.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "syntax/ast.h"
#include "syntax/format_comments.h"
#include "syntax/layout.h"

namespace weft::syntax {

class ExprFormatter {
public:
    explicit ExprFormatter(CommentCursor& comments) : comments_(comments) {}

    // Where a whole expression may stand.
    [[nodiscard]] Doc whole(const Expr& expr) { return operand(expr, 0, false); }
    // (a, b, name: c) of a call or sink that ends at `end`.
    [[nodiscard]] Doc arguments(const std::vector<ExprPtr>& args, const std::vector<Name>& names,
                                std::uint32_t end);

private:
    [[nodiscard]] Doc operand(const Expr& expr, int least_binding, bool in_bundle);
    [[nodiscard]] Doc bare(const Expr& expr, bool in_bundle);
    [[nodiscard]] Doc binary(const Expr& expr, bool in_bundle);
    [[nodiscard]] Doc unary(const Expr& expr, bool in_bundle);
    [[nodiscard]] Doc conditional(const Expr& expr, bool in_bundle);
    [[nodiscard]] Doc items(const std::vector<ExprPtr>& args, const std::vector<Name>& names,
                            std::string_view open, std::string_view close, std::uint32_t end);
    [[nodiscard]] Doc index(const Expr& expr);
    [[nodiscard]] Doc remap(const Expr& expr);
    [[nodiscard]] Doc base(const Expr& expr, bool before_paren, bool name_would_call);
    void gap(Doc& doc, std::uint32_t offset);

    CommentCursor& comments_;
};

// <a,b,c>; the lines of a long one break behind a comma.
[[nodiscard]] Doc name_list(std::string_view open, const std::vector<Name>& names,
                            std::string_view close, std::string_view separator = ",");
// In double quotes, escapes put back.
[[nodiscard]] std::string quoted(std::string_view contents);

}  // namespace weft::syntax

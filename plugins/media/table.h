// Tables of numbers read from text: CSV and JSON.
#pragma once

#include "result.h"

#include <string>
#include <string_view>
#include <vector>

namespace weft::media {

struct Table {
    std::vector<std::string> names;            // empty if the file names no columns
    std::vector<std::vector<double>> columns;  // all of one length; a missing value is NaN
    [[nodiscard]] size_t rows() const { return columns.empty() ? 0 : columns[0].size(); }
};

// Comma, semicolon or tab separated; fields may be quoted. The first row holds names if any of its
// fields is not a number. Messages give the line.
[[nodiscard]] Result<Table> parse_csv(std::string_view text);

// [{"a": 1}, ...], [[1, 2], ...], [1, 2, ...] or {"a": [1, ...], ...}.
[[nodiscard]] Result<Table> parse_json(std::string_view text);

}  // namespace weft::media

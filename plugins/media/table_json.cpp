#include "table.h"

#include <weft/abi.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <limits>
#include <optional>

namespace weft::media {

namespace {

using Json = nlohmann::ordered_json;

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

std::optional<double> to_number(const Json& value) {
    if (value.is_number()) return value.get<double>();
    if (value.is_boolean()) return value.get<bool>() ? 1.0 : 0.0;
    if (value.is_null()) return kMissing;
    return std::nullopt;
}

Failure in_row(size_t row, const std::string& what) {
    return {WEFT_INVALID, "row " + std::to_string(row) + ": " + what};
}

// Columns are named by the first object that mentions them.
Status add_object(Table& table, const Json& object, size_t row) {
    for (const auto& [name, value] : object.items()) {
        const std::optional<double> number = to_number(value);
        if (!number) return in_row(row, "'" + name + "' is not a number");
        const auto found = std::find(table.names.begin(), table.names.end(), name);
        const auto column = static_cast<size_t>(found - table.names.begin());
        if (found == table.names.end()) {
            table.names.push_back(name);
            table.columns.emplace_back(row, kMissing);
        }
        table.columns[column].resize(row, kMissing);
        table.columns[column].push_back(*number);
    }
    for (std::vector<double>& column : table.columns) column.resize(row + 1, kMissing);
    return {};
}

Status add_array(Table& table, const Json& values, size_t row) {
    if (row == 0) table.columns.resize(values.size());
    if (values.size() != table.columns.size())
        return in_row(row, std::to_string(values.size()) + " values, but " +
                               std::to_string(table.columns.size()) + " columns");
    for (size_t i = 0; i < values.size(); ++i) {
        const std::optional<double> number = to_number(values[i]);
        if (!number) return in_row(row, "value " + std::to_string(i) + " is not a number");
        table.columns[i].push_back(*number);
    }
    return {};
}

Status add_rows(Table& table, const Json& rows) {
    for (size_t row = 0; row < rows.size(); ++row) {
        const Json& item = rows[row];
        if (item.type() != rows[0].type() && !(item.is_number() && rows[0].is_number()))
            return in_row(row, "is of another kind than the first row");
        Status status = item.is_object()  ? add_object(table, item, row)
                        : item.is_array() ? add_array(table, item, row)
                                          : add_array(table, Json::array({item}), row);
        if (!status.ok()) return status;
    }
    return {};
}

Status add_columns(Table& table, const Json& object) {
    for (const auto& [name, values] : object.items()) {
        if (!values.is_array())
            return Failure{WEFT_INVALID, "'" + name + "' is not an array of numbers"};
        std::vector<double> column;
        for (const Json& value : values) {
            const std::optional<double> number = to_number(value);
            if (!number) return Failure{WEFT_INVALID, "'" + name + "' is not an array of numbers"};
            column.push_back(*number);
        }
        if (!table.columns.empty() && column.size() != table.rows())
            return Failure{WEFT_INVALID, "'" + name + "' has " + std::to_string(column.size()) +
                                             " values, '" + table.names[0] + "' has " +
                                             std::to_string(table.rows())};
        table.names.push_back(name);
        table.columns.push_back(std::move(column));
    }
    return {};
}

}  // namespace

Result<Table> parse_json(std::string_view text) {
    try {
        const Json root = Json::parse(text);
        Table table;
        if (!root.is_array() && !root.is_object())
            return Failure{WEFT_INVALID, "a table is an array of rows or an object of columns"};
        Status status = root.is_array() ? add_rows(table, root) : add_columns(table, root);
        if (!status.ok()) return status.failure();
        return table;
    } catch (const Json::exception& thrown) {
        // "[json.exception.parse_error.101] parse error at line 1, column 2: ..."
        const std::string_view message = thrown.what();
        const size_t bracket = message.find("] ");
        return Failure{
            WEFT_INVALID,
            std::string(bracket == std::string_view::npos ? message : message.substr(bracket + 2))};
    }
}

}  // namespace weft::media

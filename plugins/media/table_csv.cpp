#include "table.h"

#include <weft/abi.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

namespace weft::media {

namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();
constexpr size_t kMaxColumns = 4096;

std::string_view trim(std::string_view text) {
    const char* const blanks = " \t\r";
    const size_t first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

// Empty lines and those that begin with # mean nothing.
bool is_idle(std::string_view line) {
    line = trim(line);
    return line.empty() || line.front() == '#';
}

// An empty field is a missing value; std::nullopt is no number at all.
std::optional<double> to_number(std::string_view field) {
    field = trim(field);
    if (field.empty()) return kMissing;
    if (field.front() == '+') field.remove_prefix(1);
    double value = 0;
    const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
    if (error == std::errc::result_out_of_range) return kMissing;
    if (error != std::errc() || end != field.data() + field.size()) return std::nullopt;
    return value;
}

// Reads one record after the other; quoted fields may hold separators and line ends.
class CsvReader {
public:
    CsvReader(std::string_view text, char separator) : rest_(text), separator_(separator) {}

    [[nodiscard]] size_t line() const { return line_; }

    // False at the end. Idle lines are passed over.
    bool next(std::vector<std::string>& fields) {
        skip_idle_lines();
        fields.clear();
        if (rest_.empty()) return false;
        line_ = next_line_;
        for (;;) {
            fields.push_back(field());
            if (rest_.empty() || rest_.front() != separator_) break;
            rest_.remove_prefix(1);
        }
        if (!rest_.empty()) rest_.remove_prefix(1);  // the line end
        ++next_line_;
        return true;
    }

private:
    void skip_idle_lines() {
        while (!rest_.empty()) {
            const size_t end = std::min(rest_.find('\n'), rest_.size());
            if (!is_idle(rest_.substr(0, end))) return;
            rest_.remove_prefix(std::min(end + 1, rest_.size()));
            ++next_line_;
        }
    }

    std::string field() {
        std::string text;
        bool quoted = false;
        while (!rest_.empty()) {
            const char c = rest_.front();
            if (!quoted && (c == separator_ || c == '\n')) break;
            rest_.remove_prefix(1);
            if (c == '\n') ++next_line_;
            if (c != '"') {
                text += c;
            } else if (quoted && !rest_.empty() && rest_.front() == '"') {
                text += c;
                rest_.remove_prefix(1);
            } else {
                quoted = !quoted;
            }
        }
        return std::string(trim(text));
    }

    std::string_view rest_;
    char separator_;
    size_t line_ = 1;
    size_t next_line_ = 1;
};

// The first of , ; and tab that the first line with anything in it holds.
char find_separator(std::string_view text) {
    while (!text.empty()) {
        const size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (is_idle(line)) continue;
        for (const char separator : {',', ';', '\t'})
            if (line.find(separator) != std::string_view::npos) return separator;
        break;
    }
    return ',';
}

Failure at_line(size_t line, const std::string& what) {
    return {WEFT_INVALID, "line " + std::to_string(line) + ": " + what};
}

}  // namespace

Result<Table> parse_csv(std::string_view text) {
    constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    CsvReader reader(text, find_separator(text));
    Table table;
    std::vector<std::string> fields;
    bool first = true;
    while (reader.next(fields)) {
        if (first) {
            first = false;
            if (fields.size() > kMaxColumns) return at_line(reader.line(), "too many columns");
            table.columns.resize(fields.size());
            if (!std::all_of(fields.begin(), fields.end(),
                             [](const std::string& f) { return to_number(f).has_value(); })) {
                table.names = fields;
                continue;
            }
        }
        if (fields.size() != table.columns.size())
            return at_line(reader.line(), std::to_string(fields.size()) + " values, but " +
                                              std::to_string(table.columns.size()) + " columns");
        for (size_t i = 0; i < fields.size(); ++i) {
            const std::optional<double> value = to_number(fields[i]);
            if (!value) return at_line(reader.line(), "'" + fields[i] + "' is not a number");
            table.columns[i].push_back(*value);
        }
    }
    return table;
}

}  // namespace weft::media

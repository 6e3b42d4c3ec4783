#include "driver/offline/points.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>

#include <weft/clock.h>

#include "base/diagnostics.h"

namespace weft::driver {
namespace {

struct FieldName {
    std::string_view name;
    std::uint32_t number;
};

constexpr FieldName kFields[] = {
#define WEFT_FIELD(number, NAME, name, klass, value, doc) {name, number},
#include <weft/fields.def>
#undef WEFT_FIELD
};

std::string_view trim(std::string_view text) {
    const auto space = " \t\r\n";
    const std::size_t first = text.find_first_not_of(space);
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(space) - first + 1);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    while (true) {
        const std::size_t at = text.find(separator);
        parts.push_back(trim(text.substr(0, at)));
        if (at == std::string_view::npos) {
            return parts;
        }
        text.remove_prefix(at + 1);
    }
}

Result<std::uint32_t> field_number(std::string_view name) {
    std::vector<std::string_view> names;
    for (const FieldName& field : kFields) {
        if (field.name == name) {
            return field.number;
        }
        names.push_back(field.name);
    }
    std::string message = "there is no coordinate '" + std::string(name) + "'";
    if (const std::string_view near = nearest_name(name, names); !near.empty()) {
        message += "; did you mean '" + std::string(near) + "'?";
    }
    return Error{WEFT_INVALID, message};
}

Result<double> number(std::string_view text) {
    const std::string owned(text);
    char* end = nullptr;
    const double value = std::strtod(owned.c_str(), &end);
    if (owned.empty() || *end != '\0') {
        return Error{WEFT_INVALID, "'" + owned + "' is not a number"};
    }
    return value;
}

}  // namespace

void complete_point(Point& point, const double* settings) {
    std::array<double, WEFT_FIELD_COUNT> fields{};
    std::copy_n(settings, WEFT_FIELD_COUNT, fields.begin());
    fields[WEFT_FIELD_X] = fields[WEFT_FIELD_Y] = 0.5;
    const std::uint32_t clock = point.given[WEFT_FIELD_TIME] ? WEFT_FIELD_TIME : WEFT_FIELD_ABSTIME;
    weft_clock_at_time(settings, point.given[clock] ? point.fields[clock] : 0, fields.data());
    for (std::uint32_t f = 0; f < WEFT_FIELD_COUNT; ++f) {
        if (!point.given[f]) {
            point.fields[f] = fields[f];
        }
    }
}

Result<Point> parse_point(const std::string& text, const double* settings) {
    Point point;
    if (!trim(text).empty()) {
        for (const std::string_view item : split(text, ',')) {
            const std::size_t equals = item.find('=');
            if (equals == std::string_view::npos) {
                return Error{WEFT_INVALID, "'" + std::string(item) +
                                               "' is not a coordinate; expected NAME=NUMBER, as in "
                                               "x=.5,y=.5,time=1"};
            }
            const auto field = field_number(trim(item.substr(0, equals)));
            if (!field) {
                return field.error();
            }
            const auto value = number(trim(item.substr(equals + 1)));
            if (!value) {
                return value.error();
            }
            point.fields[*field] = *value;
            point.given.set(*field);
        }
    }
    complete_point(point, settings);
    return point;
}

Result<std::vector<Point>> read_points(const std::string& path, const double* settings) {
    std::ifstream file;
    if (path != "-") {
        file.open(path);
        if (!file) {
            return Error{WEFT_UNAVAILABLE, "cannot read the points in '" + path + "'"};
        }
    }
    std::istream& input = path == "-" ? std::cin : file;
    std::string line;
    std::vector<std::uint32_t> columns;
    std::vector<Point> points;
    for (std::size_t row = 1; std::getline(input, line); ++row) {
        if (trim(line).empty()) {
            continue;
        }
        const auto where = [&](const std::string& message) {
            std::string text = path + ":" + std::to_string(row) + ": ";
            text += message;
            return Error{WEFT_INVALID, std::move(text)};
        };
        const std::vector<std::string_view> cells = split(line, ',');
        if (columns.empty()) {
            for (const std::string_view cell : cells) {
                const auto field = field_number(cell);
                if (!field) {
                    return where(field.error().message);
                }
                columns.push_back(*field);
            }
            continue;
        }
        if (cells.size() != columns.size()) {
            return where(std::to_string(cells.size()) + " numbers under a header of " +
                         std::to_string(columns.size()));
        }
        Point point;
        for (std::size_t c = 0; c < cells.size(); ++c) {
            const auto value = number(cells[c]);
            if (!value) {
                return where(value.error().message);
            }
            point.fields[columns[c]] = *value;
            point.given.set(columns[c]);
        }
        complete_point(point, settings);
        points.push_back(point);
    }
    if (columns.empty()) {
        return Error{WEFT_INVALID,
                     path + ": no header; the first line names the coordinates, as in x,y,time"};
    }
    return points;
}

}  // namespace weft::driver

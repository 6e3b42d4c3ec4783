// Points given by the user: "x=.5,time=1", or a CSV file with a header of axis names.
#pragma once

#include <array>
#include <bitset>
#include <string>
#include <vector>

#include <weft/fields.h>

#include "base/result.h"

namespace weft::driver {

struct Point {
    std::array<double, WEFT_FIELD_COUNT> fields{};
    std::bitset<WEFT_FIELD_COUNT> given;  // by the user
};

// Fields that were not given follow: x and y are 0.5, settings are the program's, counters and
// other clocks follow from `time`, where that is not given from `abstime`.
void complete_point(Point& point, const double* settings);

// Complete ones.
[[nodiscard]] Result<Point> parse_point(const std::string& text, const double* settings);
[[nodiscard]] Result<std::vector<Point>> read_points(const std::string& path,
                                                     const double* settings);

}  // namespace weft::driver

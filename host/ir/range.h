// An interval that holds a value at every point.
#pragma once

#include <limits>

namespace weft::ir {

struct Range {
    double low = -std::numeric_limits<double>::infinity();
    double high = std::numeric_limits<double>::infinity();
    bool nan = true;     // may be NaN
    bool clock = false;  // grows with the clock without a small bound

    // The largest magnitude; infinite when there is no bound.
    [[nodiscard]] double magnitude() const;
    [[nodiscard]] bool bounded() const;
    friend bool operator==(const Range&, const Range&) = default;
};

}  // namespace weft::ir

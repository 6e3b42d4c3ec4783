// One point for the functions of the ABI that take many.
#pragma once

#include <weft/fields.h>
#include <weft/frame.h>

#include <array>

namespace weft::cpp {

// `constants`: of every field. What is pointed to outlives the result; `own` and `params` may be
// null.
[[nodiscard]] inline weft_points one_point(const double* constants, const double* own,
                                           const double* params) {
    static constexpr std::array<const double*, WEFT_FIELD_COUNT> kNoLists{};
    weft_points points{};
    points.struct_size = sizeof points;
    points.count = 1;
    points.fields = kNoLists.data();
    points.constants = constants;
    points.own = own;
    points.params = params;
    return points;
}

}  // namespace weft::cpp

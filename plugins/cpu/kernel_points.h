// What the value of a store at free points asks for.
#pragma once

#include <cstdint>
#include <set>
#include <vector>

#include "plan.h"

namespace weft::cpu {

// Fields that have arrays where only places in a picture differ.
inline bool moves_in_plane(std::uint32_t field) {
    return field == WEFT_FIELD_X || field == WEFT_FIELD_Y;
}

struct PointsNeed {
    std::set<std::uint32_t> fields;    // WEFT_FIELD_*, the ticks of rings among them
    std::vector<std::uint32_t> still;  // nodes that are the same for all points of a plane
    // Is code for a plane worth having: does x or y move, and is something computed without them?
    bool has_plane = false;
};

[[nodiscard]] PointsNeed need_of(const Plan& plan, const std::vector<InputShape>& inputs,
                                 std::uint32_t root);

}  // namespace weft::cpu

// The points of a grid that one read mixes, while the read is being emitted.
#pragma once

#include "region.h"

namespace weft::cpu {

// Lanes whose places are all inside the grid and so near to each other that few loads reach them.
struct Region::Beside {
    V low[WEFT_MAX_AXES];  // i32: index for all lanes; null where lanes do not move on the axis
    V fraction[WEFT_MAX_AXES];
    V offset;  // of the lanes from low[0], i32
};

struct Region::Taps {
    const weft_grid* grid = nullptr;
    std::uint32_t channel = 0;
    bool f64 = false;  // what is read is needed with all its bits
    V data;            // of the input
    V bytes;           // scalar part of the offset, i64
    V units;           // lane part of the offset in elements, i32 or i64; null when there is none
    V outside;         // mask: reads 0; null when there is none
    bool contiguous = false;
    V window;  // lane part as a number from the scalar part on, within two vectors; or null
    const Beside* beside = nullptr;
};

}  // namespace weft::cpu

// What a sound hears of itself: loops through the samples that its kernel has stored before.
#pragma once

#include <span>
#include <vector>

#include "ir/module.h"
#include "ir/range.h"

namespace weft::ir {

struct Feedback {
    // A cache in a loop that loses what is in it, and with that its roundings.
    struct Settled {
        ValueId root = kNoValue;       // what it stores
        std::vector<ValueId> samples;  // what is read of it
    };
    std::vector<bool> adds_up;  // by value: it depends on a loop that may keep its roundings
    std::vector<Settled> settled;
    // What a rounding in a loop that settles comes to at most, over all the time it goes round.
    double gain = 1;
};

// `ranges` by value. What is said of a cache depends on what it means alone, not on what else is
// computed beside it: memory of one that means the same goes on over an edit.
[[nodiscard]] Feedback feedback_of(const Module& module, std::span<const Range> ranges);

}  // namespace weft::ir

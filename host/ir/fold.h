// The constructor of values that passes use: what is a number becomes one, and what IEEE arithmetic
// allows to leave out is left out.
#pragma once

#include <initializer_list>
#include <span>

#include "ir/dag.h"

namespace weft::ir {

// Exactly the value of `op` of `args` (but for the payload of a NaN), in as few values as possible.
// `args` must not point into the graph.
[[nodiscard]] ValueId folded(Dag& dag, std::uint16_t op, std::span<const ValueId> args,
                             std::uint32_t aux = 0);
[[nodiscard]] inline ValueId folded(Dag& dag, std::uint16_t op,
                                    std::initializer_list<ValueId> args) {
    return folded(dag, op, std::span<const ValueId>(args.begin(), args.size()));
}

// 0 or 1, never NaN.
[[nodiscard]] bool is_truth(std::uint16_t op);

}  // namespace weft::ir

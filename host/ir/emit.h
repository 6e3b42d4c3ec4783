// The last steps: an order for the values of a graph, and the IR in that order.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "ir/lower.h"
#include "ir/module.h"

namespace weft::ir {

// The values that `roots` need, operands before uses, the body of every loop right behind its
// LOOP, live ranges short.
struct Order {
    std::vector<ValueId> values;
    // By loop number: how many values follow its LOOP as its body, nested ones included.
    std::vector<std::uint32_t> body_counts;
};

[[nodiscard]] Order schedule(const Dag& dag, std::span<const ValueId> roots);

// Writes the IR; `numbers` receives the place of every value of the graph (kNoValue: not needed).
// `precision` by value of the graph; empty: everything f64.
[[nodiscard]] IrText emit(const Dag& dag, const Order& order, std::span<const std::uint8_t> varies,
                          std::span<const std::uint8_t> precision,
                          std::vector<std::uint32_t>& numbers);

}  // namespace weft::ir

// Taking the argument of a periodic function apart into addends of different rates.
#pragma once

#include <array>
#include <unordered_map>

#include "ir/dag.h"
#include "ir/module.h"
#include "ir/rates.h"

namespace weft::ir {

// addend = slow + column + point; kNoValue where there is none.
struct Addends {
    ValueId slow = kNoValue;    // uniform; when split by rows also what varies with the row
    ValueId column = kNoValue;  // only when split by rows
    ValueId point = kNoValue;   // the rest
};

enum class Split : std::uint8_t { uniform, rows };

// Follows sums, differences and products with uniform factors. Split::rows also takes the clock of
// a stream apart into ROW_TIME and COLUMN_TIME. Each value is visited once.
class AngleSplitter {
public:
    AngleSplitter(const Module& module, Dag& dag, Rates& rates, Split split)
        : module_(module), dag_(dag), rates_(rates), split_(split) {}

    [[nodiscard]] const Addends& split(ValueId angle);

private:
    [[nodiscard]] Addends compute(ValueId id);
    [[nodiscard]] Addends whole(ValueId id);
    [[nodiscard]] Addends of_clock(ValueId id);
    [[nodiscard]] Addends scaled(ValueId id, ValueId inner, ValueId factor, std::uint16_t op);
    [[nodiscard]] ValueId sum(std::uint16_t op, ValueId a, ValueId b);

    const Module& module_;
    Dag& dag_;
    Rates& rates_;
    Split split_;
    std::uint32_t depth_ = 0;
    std::unordered_map<ValueId, Addends> done_;
};

}  // namespace weft::ir

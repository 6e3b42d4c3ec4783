// The code that makes the lines of a picture (Plan::lines): for a few rows at once, which have most
// of their sources in common, and for so few columns that the sums are still in the first cache
// when they are read.
#pragma once

#include <vector>

#include "region.h"

namespace weft::cpu {

class Lines {
public:
    Lines(Emit& emit, const Plan& plan, const std::vector<InputShape>& inputs);

    // Of the kernel, that lines are made for at once. Blocks of rows begin at multiples of these.
    [[nodiscard]] std::uint32_t rows() const { return rows_; }
    [[nodiscard]] std::int64_t columns() const { return columns_; }

    // Makes them, at the builder's position, for the block that begins at `column` and for the rows
    // of `regions`, one each.
    void make(const std::vector<Region*>& regions, V column);
    // Where each line has, or would have, the number of column 0 in a row of the block (i64).
    [[nodiscard]] std::vector<V> starts(V row) const;

private:
    // Memory of a line: where column 0 of the block's first row stands, and floats from row to row.
    struct Memory {
        V start;
        std::int64_t stride = 0;
    };

    [[nodiscard]] bool slides(const Line& line) const;
    [[nodiscard]] const weft_axis& along(const Line& line) const {
        return inputs_[line.input].grid.axes[line.x_axis];
    }
    [[nodiscard]] Memory allocate(const Line& line, V column) const;

    Emit& e;
    const Plan& plan_;
    const std::vector<InputShape>& inputs_;
    std::uint32_t rows_ = 1;
    std::int64_t columns_ = 0;
    std::vector<Memory> made_;
};

}  // namespace weft::cpu

// Bounds of values: an analysis that grows with the graph.
#pragma once

#include <vector>

#include "ir/module.h"
#include "ir/range.h"

namespace weft::ir {

class Ranges {
public:
    // `loops_of_clock`: by loop number, whether its carried values grow with the clock.
    explicit Ranges(const Module& module, std::vector<bool> loops_of_clock = {})
        : module_(module), loops_of_clock_(std::move(loops_of_clock)) {}

    // `dag` may have grown since the last question, but not changed.
    [[nodiscard]] const Range& of(const Dag& dag, ValueId id) {
        while (ranges_.size() <= id) {
            const Range next = compute(dag, static_cast<ValueId>(ranges_.size()));
            ranges_.push_back(next);
        }
        return ranges_[id];
    }

    // A knob, or a number of a picture, on its way from one value to the next, as
    // Lowering::on_its_way writes it. Its range is the knob's, as long as it stays in one piece.
    [[nodiscard]] bool is_smoothed(const Dag& dag, ValueId id) const;

private:
    [[nodiscard]] bool is_slope(const Value& value) const;
    [[nodiscard]] ValueId smoothed(const Dag& dag, ValueId id) const;
    [[nodiscard]] Range compute(const Dag& dag, ValueId id) const;
    [[nodiscard]] Range leaf(const Value& value) const;
    [[nodiscard]] Range field(std::uint32_t field) const;
    [[nodiscard]] Range selected(const Dag& dag, ValueId id) const;
    [[nodiscard]] Range operation(const Dag& dag, ValueId id) const;

    const Module& module_;
    std::vector<bool> loops_of_clock_;
    std::vector<Range> ranges_;
};

}  // namespace weft::ir

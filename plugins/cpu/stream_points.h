// The values of a stream while a stage of it is being emitted: over consecutive samples, one or as
// many as there are lanes.
#pragma once

#include <map>
#include <set>

#include "kernel_args.h"
#include "kernel_emit.h"
#include "stages.h"

namespace weft::cpu {

// Values that one stage hands to later ones: a row of numbers each.
struct Handed {
    std::uint64_t offset = 0;
    bool f64 = false;
};
using HandedValues = std::map<std::uint32_t, Handed>;

class StreamPoints final : public Region {
public:
    StreamPoints(Emit& emit, KernelEmit& kernel, llvm::Value* args, const Stages& stages,
                 std::uint32_t stage, HandedValues& handed, bool exact)
        : Region(emit, kernel.plan, kernel.source.inputs, kernel.tables, args, kPointMask, exact),
          kernel_(kernel),
          stages_(stages),
          stage_(stage),
          handed_(handed) {
        rows_in_place = many_rows();
    }
    V row;     // absolute
    V column;  // of lane 0

    void hand_on(std::uint32_t node);
    // Singles of a node from column `at` on, which was computed ahead of the stage's other values.
    void store_ahead(std::uint32_t node, V at, V numbers);
    // What an output of ours held `distance` samples before a column.
    V stored_before(std::uint32_t output, V at, int distance);

protected:
    [[nodiscard]] bool is_leaf(std::uint32_t node) const override {
        return handed_before(node) || Region::is_leaf(node);
    }
    V leaf(std::uint32_t node) override;
    V field(std::uint32_t number) override { return clock(number); }
    V now(std::uint32_t tick) override {
        return tick == WEFT_TICK_SAMPLE ? sample() : Region::now(tick);
    }
    V ring_start(std::uint32_t tick) override {
        if (tick != WEFT_TICK_SAMPLE) return Region::ring_start(tick);
        return row * e.count(static_cast<std::int64_t>(kRow)) + column;
    }
    V row_index() override { return row - load_arg(offsetof(KernelArgs, first_row), e.i64()); }
    V column_leaf(const ColumnSlot& slot) override { return column_value(slot, column); }
    V first_tick() override { return row * e.count(static_cast<std::int64_t>(kRow)); }
    V column_index() override { return column; }

private:
    [[nodiscard]] bool handed_before(std::uint32_t node) const {
        return ahead_.count(node) != 0 ||
               (stages_.of_node[node] < stage_ && handed_.count(node) != 0);
    }
    const Handed& row_of(std::uint32_t node, bool f64);
    llvm::Value* place_of(const Handed& handed, V at);
    // Absolute number of the sample of each lane, as f64.
    V sample();
    V clock(std::uint32_t number);
    V wrap(V ticks, V period);
    V seconds(V ticks);

    KernelEmit& kernel_;
    const Stages& stages_;
    std::uint32_t stage_;
    HandedValues& handed_;
    std::set<std::uint32_t> ahead_;
    V reciprocal_of_rate_, rest_of_reciprocal_;
};

}  // namespace weft::cpu

// What a recursion needs of its newest sample is added up last.
#include <gtest/gtest.h>

#include "plugins/cpu/plan.h"
#include "tests/batches/batch.h"

namespace weft::cpu {
namespace {

using kit::Ir;

constexpr std::uint8_t kPoint = WEFT_VARIES_FRAME | WEFT_VARIES_POINT;

// A kernel that stores one cache of samples, and reads it.
struct Recursion {
    kit::KernelText kernel;
    Ir& ir = kernel.ir;
    std::vector<InputShape> inputs{1};
    Plan plan;

    Recursion() {
        kernel.domain = WEFT_DOMAIN_STREAM;
        inputs[0].own = 0;
        inputs[0].internal = true;
        weft_grid& grid = inputs[0].grid;
        grid.format = WEFT_FORMAT_F64;
        grid.axis_count = 1;
        weft_axis& ring = grid.axes[0];
        ring.field = WEFT_FIELD_OWN;
        ring.wrap = WEFT_WRAP_RING;
        ring.filter = WEFT_FILTER_FLOOR;
        ring.tick = WEFT_TICK_SAMPLE;
        ring.count = 9;
        ring.capacity = 384;
        ring.step = 1;
        ring.stride = 8;
    }
    Ir::Id in() { return ir.field(WEFT_FIELD_ABSSAMPLE, kPoint, true); }
    Ir::Id op(std::uint16_t number, Ir::Id a, Ir::Id b) { return ir.op(number, {a, b}, true); }
    Ir::Id tap(int distance, double factor) {
        const Ir::Id read = ir.sample(0, {ir.constant(distance)}, true);
        ir.set_varies(read, kPoint);
        return op(WEFT_OP_MUL, read, ir.constant(factor));
    }
    void store(Ir::Id value) {
        kernel.store(0, {value});
        weft_kernel text{};
        text.domain = kernel.domain;
        text.ir = ir.view();
        text.stores = kernel.stores.data();
        text.store_count = static_cast<std::uint32_t>(kernel.stores.size());
        ASSERT_EQ(make_plan(text, inputs, plan), "");
    }

    // "x - 2 + 1": a sum as it is computed, taps by their distance.
    [[nodiscard]] std::string text(std::uint32_t node) const {
        const Node& n = plan.nodes[node];
        switch (n.op) {
            case WEFT_OP_ADD: return text(n.args[0]) + " + " + text(n.args[1]);
            case WEFT_OP_SUB: return text(n.args[0]) + " - " + text(n.args[1]);
            case WEFT_OP_MUL: return text(n.args[0]);
            case WEFT_OP_FLOOR: return "floor " + text(n.args[0]);
            case kOpRead: return std::to_string(static_cast<int>(plan.nodes[n.args[0]].imm));
            default: return "x";
        }
    }
    [[nodiscard]] std::string stored() const { return text(plan.stores[0].values[0]); }
};

TEST(NewestLast, WhatIsOlderAndFromOutsideComesFirst) {
    Recursion biquad;
    const Ir::Id sum = biquad.op(WEFT_OP_ADD, biquad.in(), biquad.tap(1, 1.5));
    biquad.store(biquad.op(WEFT_OP_SUB, sum, biquad.tap(2, 0.8)));
    EXPECT_EQ(biquad.stored(), "x - 2 + 1");

    Recursion nested;
    const Ir::Id near = nested.op(WEFT_OP_SUB, nested.tap(1, 0.5), nested.tap(4, 0.1));
    const Ir::Id far = nested.op(WEFT_OP_SUB, nested.tap(3, 0.2), nested.in());
    nested.store(nested.op(WEFT_OP_SUB, near, far));
    EXPECT_EQ(nested.stored(), "x - 4 - 3 + 1");
}

TEST(NewestLast, WhatIsSubtractedIsNotMadeTheFirst) {
    Recursion negative;
    const Ir::Id sum = negative.op(WEFT_OP_SUB, negative.tap(1, 0.5), negative.in());
    negative.store(negative.op(WEFT_OP_SUB, sum, negative.tap(2, 0.1)));
    EXPECT_EQ(negative.stored(), "1 - x - 2");
}

TEST(NewestLast, AFunctionThatJumpsSeesWhatWasWritten) {
    Recursion steps;
    const Ir::Id sum = steps.op(WEFT_OP_ADD, steps.in(), steps.tap(1, 1.5));
    const Ir::Id all = steps.op(WEFT_OP_SUB, sum, steps.tap(2, 0.8));
    steps.store(steps.ir.op(WEFT_OP_FLOOR, {all}, true));
    EXPECT_EQ(steps.stored(), "floor x + 1 - 2");
}

}  // namespace
}  // namespace weft::cpu

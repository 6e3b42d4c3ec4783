// The graph of values that lowering builds and passes rewrite: scalar, immutable, hash-consed (the
// same operator of the same operands is the same value, so common subexpressions are shared by
// construction). Operands always have smaller numbers than their uses.
//
// A loop is LOOP with operands from, to, the carried initial values, then their next values; the
// body is whatever those next values need of LOOP_INDEX and LOOP_CARRIED. Unlike in the emitted IR,
// LOOP_INDEX and LOOP_CARRIED have no operand: their `aux` and `aux2` name the loop, so that the
// body can stand before the LOOP it belongs to.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <span>
#include <vector>

#include <weft/fields.h>
#include <weft/ops.h>

namespace weft::ir {

using ValueId = std::uint32_t;
inline constexpr ValueId kNoValue = 0xffffffffu;

// An interned set of loops; 0 is the empty set.
using LoopSet = std::uint32_t;

struct Value {
    std::uint16_t op = WEFT_OP_CONST;
    bool known = false;      // a number whatever the point is: `imm`
    std::uint32_t aux = 0;   // as in weft_ir_value; SAMPLE: the strand; LOOP_*: the loop's number
    std::uint32_t aux2 = 0;  // LOOP_CARRIED, LOOP_RESULT: which
    std::uint32_t args = 0;  // first operand in the pool
    std::uint32_t arg_count = 0;
    LoopSet loops = 0;  // loops whose turn this value depends on
    double imm = 0;
};

class Dag {
public:
    Dag();

    [[nodiscard]] ValueId constant(double number);
    [[nodiscard]] ValueId field(std::uint32_t field) { return leaf(WEFT_OP_FIELD, field); }
    [[nodiscard]] ValueId leaf(std::uint16_t op, std::uint32_t aux);
    // `args` must not point into this graph.
    [[nodiscard]] ValueId make(std::uint16_t op, std::span<const ValueId> args,
                               std::uint32_t aux = 0);
    [[nodiscard]] ValueId make(std::uint16_t op, std::initializer_list<ValueId> args) {
        return make(op, std::span<const ValueId>(args.begin(), args.size()));
    }

    // Loops: first the number, then the body over its index and carried values, then close_loop.
    [[nodiscard]] std::uint32_t open_loop() { return loop_count_++; }
    [[nodiscard]] ValueId loop_index(std::uint32_t loop);
    [[nodiscard]] ValueId loop_carried(std::uint32_t loop, std::uint32_t which);
    // `operands`: from, to, initial values, next values.
    [[nodiscard]] ValueId close_loop(std::uint32_t loop, std::span<const ValueId> operands);
    [[nodiscard]] ValueId loop_result(ValueId loop, std::uint32_t which);

    [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(values_.size()); }
    [[nodiscard]] const Value& operator[](ValueId id) const { return values_[id]; }
    // Valid until the next value is made.
    [[nodiscard]] std::span<const ValueId> args(ValueId id) const {
        return {pool_.data() + values_[id].args, values_[id].arg_count};
    }
    [[nodiscard]] ValueId arg(ValueId id, std::uint32_t i) const {
        return pool_[values_[id].args + i];
    }
    [[nodiscard]] bool is_constant(ValueId id, double number) const;

    [[nodiscard]] std::uint32_t loop_count() const { return loop_count_; }
    // For a copy that keeps the numbers of its original's loops.
    void keep_loops_of(const Dag& original) { loop_count_ = original.loop_count_; }
    [[nodiscard]] const std::vector<std::uint32_t>& loop_set(LoopSet set) const {
        return sets_[set];
    }

private:
    [[nodiscard]] ValueId intern(Value value, std::span<const ValueId> args);
    [[nodiscard]] LoopSet unite(LoopSet a, LoopSet b);
    [[nodiscard]] LoopSet intern_set(std::vector<std::uint32_t> set);
    void grow();

    std::vector<Value> values_;
    std::vector<ValueId> pool_;
    std::vector<ValueId> table_;  // open addressing, power of two
    std::vector<std::vector<std::uint32_t>> sets_;
    std::map<std::vector<std::uint32_t>, LoopSet> set_ids_;
    std::uint32_t loop_count_ = 0;
};

// LOOP: how many values it carries from turn to turn.
[[nodiscard]] inline std::uint32_t carried_count(const Value& loop) {
    return (loop.arg_count - 2) / 2;
}

// Operators of ops.def, as opposed to leaves and loops.
[[nodiscard]] inline bool is_operator(std::uint16_t op) {
    return op >= WEFT_OP_ADD;
}

}  // namespace weft::ir

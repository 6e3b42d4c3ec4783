// A kernel as the generator sees it: its values with what they vary with, the loops they are in,
// what they cost, and which of them go to tables over the columns or the rows.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <weft/batch.h>

#include "gpu/kernel_text.h"

namespace weft::gpu {

constexpr std::uint32_t kNone = 0xffffffffu;

// Operators beyond the table's, in loops made of sums (text_roll.h): a number that each turn has of
// its own. Operand: the LOOP; aux: index into Plan::turns.
constexpr std::uint16_t kOpConstOfTurn = 0xff00;
constexpr std::uint16_t kOpUniformOfTurn = 0xff01;  // of the block of numbers

struct PlanValue {
    std::uint16_t op = 0;
    std::uint8_t varies = 0;  // of WEFT_VARIES_POINT only
    bool f64 = false;
    std::uint32_t aux = 0;
    std::uint32_t loop = kNone;  // innermost loop whose body it is in
    double imm = 0.0;
    double own_cost = 0.0;  // in additions
    double cost = 0.0;      // its operands included
    std::span<const std::uint32_t> args;
};

struct PlanLoop {
    std::uint32_t value = kNone;
    std::uint32_t end = 0;  // first value after the body
    std::uint32_t parent = kNone;
    bool f64 = false;  // the index
    std::span<const std::uint32_t> next;
    std::vector<bool> carried_f64;
};

// A value computed by another entry point.
struct TableSlot {
    bool rows = false;
    bool f64 = false;
    std::uint64_t offset = 0;  // bytes; one number for every column or row follows
};

struct Plan {
    std::uint32_t domain = 0;
    std::uint64_t width = 1;
    std::uint64_t height = 1;
    std::vector<PlanValue> values;
    std::vector<PlanLoop> loops;
    std::span<const weft_store> stores;
    std::span<const std::uint32_t> args;
    std::map<std::pair<std::uint32_t, std::uint32_t>, weft_ir_affine> affines;
    std::map<std::uint32_t, TableSlot> tables;  // by value
    std::uint64_t columns_bytes = 0;
    std::uint64_t rows_bytes = 0;
    std::vector<std::vector<double>> turns;
    std::vector<std::vector<std::uint32_t>> lists;  // what spans refer to that are not the kernel's

    [[nodiscard]] std::span<const std::uint32_t> values_of(const weft_store& store) const {
        return args.subspan(store.values, store.value_count);
    }
    // What must be computed before `value` can be.
    [[nodiscard]] std::vector<std::uint32_t> needs(std::uint32_t value) const;
};

// Throws cpp::Failure(WEFT_INVALID) for an ill-formed kernel.
[[nodiscard]] Plan make_text_plan(const weft_kernel& kernel, const std::vector<TextInput>& inputs,
                                  const TextOptions& options);

}  // namespace weft::gpu

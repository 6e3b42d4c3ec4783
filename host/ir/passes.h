// The passes of a kernel, in their order. Each is a file of its own with one function of the same
// name that returns whether it changed anything.
//
// Throughout: operands have smaller numbers than uses; equal values are one value; a pass keeps the
// value of every root, exactly in f64 unless its sentence says otherwise.
#pragma once

#include <span>
#include <string_view>

#include "ir/module.h"

namespace weft::ir {

struct Pass {
    std::string_view name;
    std::string_view sentence;
    bool (*run)(Module&);
};

// The passes in order; the first, "lower", has no function: it makes the module.
[[nodiscard]] std::span<const Pass> passes();

// Numbers become constants; identities of IEEE arithmetic.
bool fold(Module& module);
// Cheaper operators for the same value. Powers differ by roundings of f64.
bool simplify(Module& module);
// What no root needs is dropped.
bool dead_code(Module& module);
// fract of the clock times a frequency of one or two bits is counted in samples.
bool count_phases(Module& module);
// Addends of sin, cos and tan that grow with the clock are reduced modulo a turn, in f64.
bool reduce_periodic(Module& module);
// A sine of row plus column becomes row and column sines; sines of one angle share it.
bool split_angles(Module& module);
// Sums and products of points are regrouped by rate, where that saves operations.
bool reassociate(Module& module);
// What does not vary within a frame is computed by the host. From here on SAMPLE values are bound.
bool hoist(Module& module);
// Operands of SAMPLE that walk a grid at a constant step; adds values that only they name.
bool affine(Module& module);
// Which values need f64; from here on Module::precision has one entry per value.
bool precision(Module& module);

// Binds SAMPLE values without moving anything, for kernels that want no pass.
void bind_inputs(Module& module);

}  // namespace weft::ir

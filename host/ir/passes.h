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

// What does not vary within a frame is computed by the host. From here on SAMPLE values are bound.
bool hoist(Module& module);
// Binds SAMPLE values without moving anything, for kernels that want no pass.
void bind_inputs(Module& module);

}  // namespace weft::ir

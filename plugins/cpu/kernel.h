// The functions of one kernel: scalars, tables over rows and columns, points.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "machine.h"
#include "plan.h"

namespace llvm {
class Module;
}

namespace weft::cpu {

// How a store's output lies in memory.
struct OutputShape {
    std::uint32_t kind = 0;  // WEFT_OUTPUT_*
    weft_grid grid{};
};

// From this many points on, vectors are the faster way to compute values.
constexpr std::uint64_t kManyPoints = 4;

// What the runtime must know of a kernel's code. Kept with it in the object cache.
struct KernelInfo {
    std::uint32_t scalars = 0;
    std::uint32_t rows = 0;
    std::uint64_t column_bytes = 0;
    std::uint64_t scratch_bytes = 0;
    std::uint32_t has_static_columns = 0;
    std::uint32_t has_frame_columns = 0;
};

struct KernelSource {
    Plan plan;
    std::vector<InputShape> inputs;
    std::vector<OutputShape> outputs;  // of the batch
};

// Adds the kernel's functions to the module. Empty on success, else what cannot be compiled.
[[nodiscard]] std::string emit_kernel(llvm::Module& module, const Machine& machine,
                                      const KernelSource& source, KernelInfo& info);

// Names of functions: "kernel_points".
inline std::string function_name(const char* part) {
    return std::string("kernel_") + part;
}

}  // namespace weft::cpu

// Kernels of every kind that the generator must write, and what they read and store.
#pragma once

#include <string>
#include <vector>

#include "gpu/kernel_text.h"
#include "tests/support/ir_builder.h"

namespace weft::gpu::test {

// A kernel with its batch; addresses stay where they are.
class Sample {
public:
    std::string name;
    std::uint32_t domain = WEFT_DOMAIN_RASTER;
    weft::test::IrBuilder ir;
    std::vector<TextInput> inputs;
    std::vector<TextOutput> outputs;
    std::vector<weft_store> stores;
    std::vector<weft_ir_affine> affines;

    // Stores `values` into a new output.
    void store(const weft_grid& grid, std::uint32_t kind,
               const std::vector<weft::test::IrBuilder::Value>& values);
    [[nodiscard]] KernelText write(const TextOptions& options) const;
};

// A picture, 64 x 48.
[[nodiscard]] weft_grid picture(std::uint32_t format, std::uint32_t wrap, std::uint32_t filter);
// Ticks: of frames with a picture each, or of samples.
[[nodiscard]] weft_grid ring(std::uint32_t tick, std::uint64_t width);

[[nodiscard]] std::vector<Sample> all_kernels();
// A filter that hears what it made so many samples before.
[[nodiscard]] Sample filter(std::uint32_t lag);
// Two sums of so many terms, which share most of what they compute; and reads at as many places.
[[nodiscard]] Sample sums(std::uint32_t domain, std::uint32_t terms);

}  // namespace weft::gpu::test

// Which of a driver's own functions are used in place of ours: those that keep the table's bounds
// on this very device, and are not slower. Nothing a driver says of itself tells.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gpu/device.h"

namespace weft::gpu {

struct NativeTrial {
    std::uint32_t op = 0;
    std::uint32_t misses = 0;  // operands for which the driver's function leaves the bound
    // Per call, in a kernel that does little else; 0 where it was not measured.
    double native_ns = 0, own_ns = 0;
    [[nodiscard]] bool chosen() const { return misses == 0 && native_ns <= own_ns; }
};

// Runs kernels. Functions of a few instructions, from which ours are built, are not measured: they
// are taken where they are right. Nor is any other on devices that work in host memory (CPUs),
// where compiling for a measurement takes longer than it saves.
[[nodiscard]] std::vector<NativeTrial> try_natives(Device& device);

// The mask for TextOptions::native, remembered in the host's cache directory ("": tried anew).
// Where the trial cannot be run the log says so, and the device's own mask stays.
[[nodiscard]] std::uint64_t choose_natives(Device& device, cpp::Host host);

// What operators (ours, or the driver's as `options` say) give for these operands on the device:
// `operands` are three lists of equal length; the result is a list an operator.
[[nodiscard]] std::vector<std::vector<float>> compute_on(
    Device& device, const TextOptions& options, const std::vector<std::uint16_t>& ops,
    const std::vector<std::vector<float>>& operands);

}  // namespace weft::gpu

// Compiled code on disk, found by the content it was compiled from. Files may vanish or be damaged
// at any time: then the code is simply made again.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kernel.h"
#include "machine.h"

namespace weft::cpu {

struct ContentKey {
    std::uint64_t low = 0;
    std::uint64_t high = 0;
};

// What decides the code of a kernel, without a plan of it.
struct KernelContent {
    const weft_kernel* kernel = nullptr;
    const std::vector<InputShape>* inputs = nullptr;
    const std::vector<OutputShape>* outputs = nullptr;
};

[[nodiscard]] ContentKey content_key(const Machine& machine,
                                     const std::vector<KernelContent>& kernels);

struct CachedCode {
    std::string object;
    std::vector<KernelInfo> infos;
};

// False when there is nothing usable.
[[nodiscard]] bool load_code(std::string_view directory, const ContentKey& key, CachedCode& code);
// Failure to write is no failure of the program.
void store_code(std::string_view directory, const ContentKey& key, const CachedCode& code);

}  // namespace weft::cpu

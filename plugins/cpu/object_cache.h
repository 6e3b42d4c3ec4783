// Compiled code on disk, found by the content it was compiled from: kernel by kernel, so that those
// of a program that did not change are there. Files may vanish or be damaged at any time: then the
// code is simply made again.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "disk/cache.h"
#include "kernel.h"
#include "machine.h"

namespace weft::cpu {

// What decides the code of a kernel, without a plan of it.
struct KernelContent {
    const weft_kernel* kernel = nullptr;
    const std::vector<InputShape>* inputs = nullptr;
    const std::vector<OutputShape>* outputs = nullptr;
};

[[nodiscard]] disk::Key content_key(const Machine& machine, const KernelContent& kernel);

struct CachedCode {
    std::string object;
    KernelInfo info;
};

// False when there is nothing usable.
[[nodiscard]] bool load_code(std::string_view directory, const disk::Key& key, CachedCode& code);
// Failure to write is no failure of the program.
void store_code(std::string_view directory, const disk::Key& key, const CachedCode& code);

}  // namespace weft::cpu

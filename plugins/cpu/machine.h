// The processor that code is made for, as a plain description without LLVM.
#pragma once

#include <string>

namespace weft::cpu {

struct Machine {
    std::string cpu;
    std::string features;
    unsigned lanes = 4;  // of f32
    bool fma = false;
    bool avx512 = false;
};

}  // namespace weft::cpu

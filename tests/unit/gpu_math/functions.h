// The functions of sdk/gpu/math compiled as C++ in the ways in which devices compute.
#pragma once

#include <array>
#include <cstdint>

#include <weft/ir.h>

namespace weft::test {

// Calls of any arity, over up to three operands.
using Single = float (*)(const float*);
using Double = double (*)(const double*);

struct Functions {
    const char* name = nullptr;
    std::array<Single, WEFT_OP_LIMIT> singles{};
    std::array<Double, WEFT_OP_LIMIT> doubles{};  // empty on devices without
};

// The sine, and the cosine in `cosine`: of devices that fuse.
float sin_cos(float angle, float* cosine);

const Functions& plain_functions();   // products and sums round one by one
const Functions& fused_functions();   // fma() rounds once
const Functions& single_functions();  // nothing but singles, not fused

}  // namespace weft::test

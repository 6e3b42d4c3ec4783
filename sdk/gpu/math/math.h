// Every operator of ops.def as a function in a language that GLSL 4.6, OpenCL C 1.2, CUDA C and
// C++20 all read after a prelude of types and macros. They keep the bounds of the table where a
// driver's own functions do not; where those do (TextOptions::native), theirs are called.
//
// What a text may use after the prelude:
//   F, D, I, U     float, double, int, uint: with lanes > 1 vectors of them. A single lane is
//                  float, double, int, uint in every language
//   B, BD          what comparing two F, two D gives
//   NUM(x)         an F of a literal or of any scalar float; x as 1.5f
//   DNUM(x)        a D of a scalar double. Literals of doubles end in lf in GLSL, else in nothing
//   TO_D(f) TO_F(d)              conversions, rounded to nearest
//   I_TO_F(i) U_TO_F(u) I_TO_D(i) U_TO_D(u); F_TO_I(f) D_TO_I(d) towards zero
//   BITS(f) FROM_BITS(u)         the same bits
//   SEL(b, x, y), SEL_D(bd, x, y)   x where true; both sides are computed
//   AND(x, y) OR(x, y) NOT(x)       of two B or two BD
//   ANY(b), ANY_D(bd)               whether some lane is true, to branch on
//   EXACT          before a local variable: what it depends on is computed as written
//   ABS(f)         |f|; RSQRT(f) 1 / sqrt(f) to a few units (FUSED)
//   FUSED          1: FMA(a, b, c) rounds once; 0: it is a * b + c
//   w_NAME_f(F...), w_NAME_d(D...)  operators, NAME is the row's name in small letters (w_sin_f,
//                  w_add_d, w_select_f); conditions are F or D too, 1 or 0
//
// In OpenCL, contraction is off after the prelude (FP_CONTRACT); CUDA is compiled with
// --fmad=false. OpenCL devices that offer it are given -cl-fp32-correctly-rounded-divide-sqrt.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gpu/kernel_text.h"

namespace weft::gpu {

// Types, macros, and the functions of these operators, each behind those it needs. Without
// options.f64 there is no D, and `doubles` is empty. `sin_cos`: w_sin_cos_f too, both of one angle
// (FUSED).
[[nodiscard]] std::string math_prelude(const TextOptions& options,
                                       const std::vector<std::uint16_t>& singles,
                                       const std::vector<std::uint16_t>& doubles,
                                       bool sin_cos = false);

// Whether the text has paths that hardly a point takes (kernel_text.h).
[[nodiscard]] bool has_rare_paths(std::string_view text);

// "w_sin_f" or "w_sin_d".
[[nodiscard]] std::string math_function(std::uint32_t op, bool in_double);

}  // namespace weft::gpu

// What differs between the languages of kernel texts, as data: everything that stands before the
// first entry point, and the frame of an entry point. Between them the generator writes the words
// of math/math.h and the following, the same in all languages:
//
//   P              an address in device memory, byte by byte: p + 4ul
//   INUM(x)        an I of a scalar int; LANES how many points it holds; LANE0(x) the first
//   COLUMNS(x)     an I: the columns of the thread x
//   IMIN(a, b) IMAX(a, b) ISEL(b, x, y) ISEL_D(bd, x, y)  of I
//   B_OF(bd) BD_OF(b)          masks of the other width
//   IMOD(i, n)     i modulo the int n, for i >= 0
//   L, TO_L(i)     64-bit int for offsets into large grids
//   GET_F32(p, i) GET_F64(p, i) GET_U32(p, i)    F, D, U of the numbers [i] at p
//   FAR_F32(p, l) ...              the same with an L
//   ONE_F32(p, j) ONE_F64 ONE_I32  one number of the scalar index j
//   ROW_F32(p, j) ROW_F64 ROW_I32  F, D, I of the numbers from [j] on
//   PUT_F32(p, j, gap, x, n) PUT_F64 PUT_U32     the first n lanes of x, `gap` numbers apart
//   PUT_ONE_F32(p, j, x) PUT_ONE_F64 PUT_ONE_I32 one scalar
//   NUMBER_D(k) NUMBER_F(k) WHOLE(k)   of the block of numbers
//   NOUGHT_F NOUGHT_D  GLSL: a zero that its compiler does not see
//   STOPPED        not zero when the launch is to end early
//   STOPPED_SHORT  a statement: the driver ended a loop before its time (GLSL)
//   gx, gy         number of the thread; launch its constants
#pragma once

#include <string>
#include <vector>

#include "gpu/kernel_text.h"

namespace weft::gpu {

// What stands before the functions of the math: version and extensions.
[[nodiscard]] std::string dialect_head(Target target);

// After them: memory, and the words above. `cancel` is the number of the cancel word's parameter.
[[nodiscard]] std::string dialect_memory(const TextOptions& options, const KernelText& text,
                                         std::size_t cancel);

// An entry point: from its name to where gx, gy and launch are known, and its end.
[[nodiscard]] std::string begin_entry(const TextOptions& options, const KernelText& text,
                                      std::size_t entry);
[[nodiscard]] std::string end_entry(Target target);

// An entry point whose threads compute several points each, side by side (GLSL) or one below the
// other.
struct Points {
    std::uint32_t count = 1;
    bool down = false;
    bool in_loop = false;   // else one after the other
    bool unrolled = false;  // GLSL: the loop is written out by the compiler
    bool doubts =
        false;  // of math/prelude.cpp: what is noted leads to a second turn with everything
    std::uint64_t end = 0;  // columns, or rows, of the picture
};
// In `body`, gx (down: gy) is the point's own and @ its number; `head` and `tail` are before and
// after all of them.
struct PointsText {
    const std::string& head;
    const std::string& body;
    const std::string& tail;
};
[[nodiscard]] std::string points_entry(const TextOptions& options, const KernelText& text,
                                       const Points& points, std::size_t entry,
                                       const PointsText& parts);

}  // namespace weft::gpu

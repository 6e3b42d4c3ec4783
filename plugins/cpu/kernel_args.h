// What compiled code is given. Its layout is part of the compiled code, also of that in the object
// cache, which is why the cache tells builds of this plugin apart (build_id.h).
#pragma once

#include <cstddef>
#include <cstdint>

#include <weft/frame.h>
#include <weft/grid.h>

namespace weft::cpu {

struct KernelArgs;

// Reads `count` points of input `input`: coords holds one array of `count` numbers per axis, and
// one of ticks where the input is a cache.
using GetterCall = void (*)(const KernelArgs* args, std::uint32_t input, std::uint32_t count,
                            const double* coords, double* values);

struct KernelArgs {
    const double* fields;  // the frame's clock and settings
    const double* params;
    const double* uniforms;  // of this kernel
    double* scalars;         // values that vary with neither row nor column
    char* scratch;           // stream: values handed from stage to stage
    char* columns;           // tables over the columns
    char* rows;              // values of rows, 8 bytes each, `row_stride` bytes from row to row
    std::int64_t row_stride;
    std::int64_t first_row;          // row that stands at index 0 of the row tables
    const weft_view* const* inputs;  // null: read by a call
    char* const* outputs;  // per store: the first byte of this tick's picture or of the ring
    const volatile std::uint32_t* cancel;
    const volatile std::uint32_t* stop;
    GetterCall getter;
    void* owner;                // for `getter`
    std::int64_t first_sample;  // stream: the block's first sample, where targets begin
    std::int64_t frame;         // number of the frame, the tick of frame caches
    std::int64_t capture;       // all ones: store into caches; 0: do not
    std::int64_t sample_tick;   // the newest sample that a picture reads
};

// Kernels' functions.
using WholeCall = void (*)(const KernelArgs*);                              // scalars, columns
using RangeCall = void (*)(const KernelArgs*, std::int64_t, std::int64_t);  // [begin, end)
using RowCall = void (*)(const KernelArgs*, std::int64_t, std::int64_t, std::int64_t);
using PointsCall = void (*)(const KernelArgs*, const weft_points*, double*);

}  // namespace weft::cpu

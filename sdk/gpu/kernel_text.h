// From a kernel of the IR to the text of a program for an accelerator: GLSL, OpenCL C or CUDA C,
// from one generator. What differs between the three is data (dialect.h).
//
// A text has several entry points, launched in their order with a barrier between them: tables over
// the columns, tables over the rows, then the points themselves.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include <weft/batch.h>

namespace weft::gpu {

enum class Target : std::uint8_t { glsl, opencl, cuda };

// TextOptions::least_lag where the device is the processor: there a thread walks samples as fast as
// ten others would, and launches are dearer.
constexpr std::uint32_t kLeastLagOfSoftware = 128;
// TextOptions::poll_cost of hardware, milliseconds there.
constexpr double kPollCostOfHardware = 1e11;

struct TextOptions {
    Target target = Target::glsl;
    // Points of a picture that a thread computes, side by side: OpenCL, as one vector (1, 4, 8,
    // 16); GLSL, one after the other.
    std::uint32_t lanes = 1;
    // The most that it computes one below the other, in pictures that have enough for all threads;
    // what depends on the column alone is computed once. Where lanes is 1.
    std::uint32_t rows = 1;
    std::uint32_t threads = 1u << 18;  // that keep the whole device busy
    std::uint32_t group = 64;          // threads of a work group, a power of two
    bool f64 = true;                   // the device computes in double
    bool fused = false;                // fma() rounds once
    std::uint32_t carried = 0;  // OpenCL, CUDA: the most bytes of numbers that a launch carries
    std::uint32_t longest_loop = 0;  // turns after which the driver stops a point's loops; 0: never
    std::uint64_t native = 0;  // bit op - WEFT_OP_ADD: the driver's own function keeps the bound
    bool dense = false;        // GLSL: see ONCE below
    // From this cost on, in additions of all points, threads ask first whether they are still
    // wanted: a tenth of a second of a slow processor. Hardware reads one word for all of them one
    // by one.
    double poll_cost = 4e9;
    // Sound that hangs on itself this many samples before is computed so many at a time: launches
    // cost less than samples one by one. Less far back, a thread walks them.
    std::uint32_t least_lag = 16;
    double column_cost = 10;   // in additions: what reading a table over the columns costs a point
    bool zero_hidden = false;  // the driver makes 0 * x zero, whatever x is, if it sees the 0
};

// How an input is reached, settled when the batch is compiled.
struct TextInput {
    bool getter = false;  // no memory: reading it in a kernel is not possible
    weft_grid grid{};
    std::uint32_t channel = 0;
    bool own = false;  // a cache that this very kernel stores
};

struct TextOutput {
    std::uint32_t kind = 0;  // WEFT_OUTPUT_*
    weft_grid grid{};        // as laid out
};

// What a kernel is given memory for, in the order of its parameters.
enum class Use : std::uint8_t {
    args,     // the block of numbers below, written for every frame
    columns,  // table over the columns, `columns_bytes`
    rows,     // table over the rows, `rows_bytes`
    scratch,  // `scratch_bytes`
    output,   // index: into weft_batch.outputs
    input,    // index: into weft_batch.inputs
    points,   // POINTS: fields of the points, see below
    values,   // POINTS: results: double values[store][count]
    cancel,   // one 32-bit word; not zero: end early. A kernel sets it to kStoppedShort
};
// The driver ended a loop before its time (TextOptions::longest_loop): the results are wrong.
constexpr std::uint32_t kStoppedShort = 2;

struct Parameter {
    Use use = Use::args;
    std::uint32_t index = 0;
};

// Whole numbers in the block, in the order of KernelText::whole.
enum class Whole : std::uint8_t {
    capture,       // 1: store to caches
    deliver,       // 1: store to targets
    sample_count,  // STREAM: samples of this call
    point_count,   // POINTS
    point_stride,  // POINTS: numbers from one field's array to the next
    ring_now,      // index: an input. Slot of the tick `now` (frame, or first sample of the frame
                   // or stream): tick mod capacity, 0 <= slot < capacity
    slot,          // index: a store. Slot that this tick is captured into (stream: first sample's)
};
struct WholeArg {
    Whole what = Whole::capture;
    std::uint32_t index = 0;
};

// The block of numbers: doubles, then the same numbers as floats, then whole numbers (int32).
// doubles: fields[WEFT_FIELD_COUNT], first sample of a stream, uniforms, params.
constexpr std::uint32_t kFirstSampleNumber = WEFT_FIELD_COUNT;
constexpr std::uint32_t kFirstUniformNumber = WEFT_FIELD_COUNT + 1;
struct ArgsLayout {
    std::uint32_t uniforms = 0;
    std::uint32_t params = 0;
    [[nodiscard]] std::uint32_t numbers() const { return kFirstUniformNumber + uniforms + params; }
    [[nodiscard]] std::uint64_t floats_offset() const { return std::uint64_t{numbers()} * 8; }
    [[nodiscard]] std::uint64_t whole_offset() const {
        return floats_offset() + std::uint64_t{numbers()} * 4;
    }
    [[nodiscard]] std::uint64_t bytes(std::size_t wholes) const {
        return whole_offset() + wholes * 4;
    }
};

// How OpenCL C and CUDA C receive a launch: pointers (`__global` in OpenCL C) in the order of
// KernelText::parameters, but for small blocks of numbers, which come as a struct in their place
// (TextOptions::carried); then one uint4, Launch::constants. A work group is {group, 1}.
//
// How GLSL (460, Vulkan 1.2) receives it, all blocks in scalar layout:
// - push constants: one uvec4, Launch::constants;
// - set 0, binding 0: the block of numbers, as `uniform` when it has at most kMostUniformBytes,
//   else as `readonly buffer`. A number read from a uniform block costs a software driver nothing,
//   from an address as much as a store;
// - set 0, binding 1: `uniform`, the 64-bit addresses of all parameters (that of args too), in
//   their order, to be read as buffer references.
// The text is compiled once an entry, with WEFT_ENTRY defined as its index; each time it has one
// main. local_size is {group, 1, 1}. Arithmetic is neither contracted nor simplified as if it were
// of real numbers (the device sees to it; `precise` is not needed); NaN, infinities and -0 stay.
//
// Paths that hardly a point takes stand behind ONCE(condition). A software driver walks every path
// for every point, and such a path may cost more than all the rest: for it the text is compiled
// with WEFT_COMMON defined, where ONCE only notes the wish, in w_doubt. Where a launch comes back
// with one, it runs again with everything (so launches must bear to be repeated). Hardware jumps
// over such a path, but the jumps, and what a compiler may not move across them, take as long as
// the rest of a short kernel: where TextOptions::dense is set, threads with several points below
// each other only note the wish, and compute them once more with everything where one of them has
// it.
constexpr std::uint64_t kMostUniformBytes = 16384;

// What an entry point runs over. Its threads are `group` wide, and guard themselves at the end.
// Launch constants: [0] first thread's index on x (added to the thread's own), [1] the same on y,
// [2] end on x, [3] end on y: a large launch may be cut into several.
enum class Over : std::uint8_t {
    columns,  // x: columns
    rows,     // x: rows
    raster,   // x: columns, y: rows, each divided by points_of_thread
    samples,  // x: samples of a stream call; one launch behind the other where Entry says so
    serial,   // one thread that walks all samples: recursion
    points,   // x: points of a list
};
struct Entry {
    std::string name;
    Over over = Over::raster;
    // Over::samples: the most that one launch computes, because later ones hang on them; 0: all.
    std::uint32_t most = 0;
};

// Coordinates of POINTS in Use::points: doubles, `point_stride` apart: for each field, in the order
// of KernelText::point_fields (WEFT_FIELD_OWN: the own axis), point_count numbers. Fields that are
// not listed are not read.
struct KernelText {
    std::string source;
    std::vector<Parameter> parameters;
    std::vector<Entry> entries;
    std::vector<WholeArg> whole;
    ArgsLayout args;
    std::vector<std::uint32_t> point_fields;
    std::uint64_t columns_bytes = 0;
    std::uint64_t rows_bytes = 0;
    std::uint64_t scratch_bytes = 0;
    std::array<std::uint32_t, 2> points_of_thread{1, 1};  // Over::raster: across and down
    // OpenCL C, CUDA C: so many bytes from the block of numbers on are the first parameter itself;
    // 0: it is a pointer to them.
    std::uint64_t carried_bytes = 0;
    bool polls = false;  // Use::cancel is looked at
};

// Threads of an entry over a picture of width x height.
[[nodiscard]] std::array<std::uint64_t, 2> threads_of(const KernelText& text, Over over,
                                                      std::uint64_t width, std::uint64_t height);

struct TextRequest {
    const weft_batch* batch = nullptr;
    std::uint32_t kernel = 0;
    const std::vector<TextInput>* inputs = nullptr;    // by batch input
    const std::vector<TextOutput>* outputs = nullptr;  // by batch output
    TextOptions options;
};

// Throws cpp::Failure: WEFT_INVALID for an ill-formed kernel, WEFT_UNSUPPORTED for what the device
// cannot do, naming it. The same request gives the same text, byte for byte.
[[nodiscard]] KernelText write_kernel(const TextRequest& request);

// K points of an input's grid gathered into memory: parameters are args, input, points (own axes
// and coordinates in the order of the grid's axes), values. One entry over points.
[[nodiscard]] KernelText write_gather(const TextInput& input, const TextOptions& options);

}  // namespace weft::gpu

// What a kernel's code will compute, independent of LLVM: the values of the IR as nodes, with
// every SAMPLE taken apart into positions on the axes of its grid and a read at these positions.
// Positions are nodes of their own, so that they are computed as rarely as their coordinate allows:
// a row's position once per row, a column's in a table.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <weft/batch.h>

namespace weft::cpu {

// Operators of the plan beside those of the IR.
constexpr std::uint16_t kOpLow = 1000;   // i32: grid index at or below a coordinate, -1: reads 0
constexpr std::uint16_t kOpHigh = 1001;  // i32: the index after it
constexpr std::uint16_t kOpFraction = 1002;  // float: way from low to high; NaN: the read is NaN
constexpr std::uint16_t kOpRead = 1003;      // the mix of grid points at positions
constexpr std::uint16_t kOpGetter = 1004;    // a strand read by a call, at coordinates
constexpr std::uint16_t kOpShift = 1005;     // i32: see Place::contiguous
constexpr std::uint16_t kOpReadLine = 1006;  // a line (Plan::lines, aux) at a position along it

// A contiguous position this close to a grid point is the grid point.
constexpr double kSnap = 1e-9;

constexpr std::uint32_t kNoNode = 0xffffffffu;

// A coordinate that moves along an axis by whole grid points: over row (or column) i of the kernel
// it stands at point first + i * step.
struct WholeWalk {
    double first = 0.0;
    double step = 1.0;
};

// One use of an axis by a coordinate. Nodes kOpLow, kOpHigh, kOpFraction with the same `aux` are
// computed together.
struct Place {
    weft_axis axis{};
    std::uint32_t coordinate = kNoNode;
    // Contiguous: the index of column i is i + kOpShift, the fraction is the same for a whole row;
    // `coordinate` is then the part of the position that does not vary with the column. On a ring:
    // kOpShift is the number of ticks back.
    bool contiguous = false;
    // Indices rise with the column, by so much that a vector of columns reads from 32 neighbours.
    bool window = false;
    double shift_at_zero = 0.0;  // position = shift_at_zero + coordinate / axis.step + column
    // Every position is a grid point, as near as makes no difference: there is no fraction.
    std::optional<WholeWalk> walk;
};

struct Node {
    std::uint16_t op = 0;
    std::uint8_t varies = 0;
    bool f64 = false;
    std::uint32_t aux = 0;
    std::uint32_t loop = kNoNode;  // innermost loop (index into Plan::loops) whose body it is in
    std::uint32_t contiguous = kNoNode;  // kOpRead: the axis that is read without a gather
    double imm = 0.0;
    std::vector<std::uint32_t> args;
};

struct PlanLoop {
    std::uint32_t node = kNoNode;
    std::uint32_t parent = kNoNode;
    std::vector<std::uint32_t> next;
};

// A Read's nodes: three per axis (low or shift, high, fraction).
constexpr std::size_t kNodesPerAxis = 3;

// A weighted sum of rows of one input, made once for every row of the kernel (separate.cpp) and
// read at many columns.
struct Line {
    struct Term {
        std::uint32_t low = kNoNode, high = kNoNode, fraction = kNoNode;  // on the input's y axis
        double weight = 1.0;
    };
    std::uint32_t input = 0;
    std::uint32_t x_axis = 0;
    std::vector<Term> terms;
    // Contiguous reads reach so many numbers to the left and to the right of their column.
    std::uint32_t before = 0;
    std::uint32_t after = 0;
    bool anywhere = false;  // there are others, which may want any number of the row
};

struct PlanStore {
    std::uint32_t output = 0;
    std::uint32_t channel = 0;
    std::vector<std::uint32_t> values;
};

constexpr std::uint32_t kNoOutput = 0xffffffffu;

// How an input is reached, settled at compile time.
struct InputShape {
    bool getter = false;
    weft_grid grid{};
    std::uint32_t channel = 0;
    std::uint32_t own = kNoOutput;  // the output, if the very kernel that reads it stores it
    bool internal = false;          // memory of this batch: rings repeat slots behind their end
};

struct Plan {
    std::uint32_t domain = 0;
    std::uint64_t width = 1;
    std::uint64_t height = 1;
    std::vector<Node> nodes;  // operands first
    std::vector<Place> places;
    std::vector<PlanLoop> loops;
    std::vector<PlanStore> stores;
    std::vector<Line> lines;
    bool contiguous = false;  // some place is read without a gather

    // The cosine of a sine's angle, the sine of a cosine's; kNoNode if there is none.
    [[nodiscard]] std::uint32_t twin(std::uint32_t node) const {
        return node < twins.size() ? twins[node] : kNoNode;
    }
    [[nodiscard]] bool used_once(std::uint32_t node) const { return uses[node] == 1; }

    std::vector<std::uint32_t> twins;
    std::vector<std::uint32_t> uses;  // how often a node is an operand or stored
};

constexpr std::uint8_t kPointMask = WEFT_VARIES_POINT;

// A cache's axis of ticks, or null.
[[nodiscard]] const weft_axis* ring_of(const weft_grid& grid);
// The field of a point (frame.h) that gives the tick at which such an axis is read.
[[nodiscard]] inline std::uint32_t tick_field(const weft_axis& ring) {
    return ring.tick == WEFT_TICK_FRAME ? WEFT_FIELD_ABSFRAME : WEFT_FIELD_ABSSAMPLE;
}

// How a value's computation is shared: by nothing (0), a row's points, a column's, or none.
inline std::uint8_t class_of(const Node& node) {
    return node.varies & kPointMask;
}

// Nothing where a position lies between grid points. `base` is that of `known`.
[[nodiscard]] std::optional<WholeWalk> whole_walk(const weft_kernel& kernel,
                                                  const weft_ir_affine& known, double base,
                                                  const weft_axis& axis);

// Empty on success, else what is wrong with the kernel.
[[nodiscard]] std::string make_plan(const weft_kernel& kernel,
                                    const std::vector<InputShape>& inputs, Plan& plan);

// Turns sums of many reads of one picture, at every pair of some columns and some rows, into reads
// of lines that hold the sums over the rows.
void separate_sums(Plan& plan, const std::vector<InputShape>& inputs);

// Adds what a recursion needs of its newest sample up last: nothing but that waits for the sample
// before.
void newest_last(Plan& plan, const std::vector<InputShape>& inputs);

// Puts operands before their users again and drops what nobody needs. Of plans without loops.
void put_in_order(Plan& plan);

// Samples of a stream that are computed together: rows begin at its multiples.
constexpr std::uint64_t kRow = 128;
// Slots that a ring of samples repeats behind its end, so that a row of the past never wraps.
constexpr std::int64_t kRingMirror = kRow;
// Numbers that a row's last chunk may have too many: the lanes of the widest vector.
constexpr std::int64_t kRowOverhang = 16;

}  // namespace weft::cpu

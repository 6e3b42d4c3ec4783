// Reading at free points without a gather for each point of the grid. Points that somebody lists
// mostly follow each other: then a vector of them reads the same two rows, within a few columns,
// and two loads a row with permutations do. Else a point and its neighbour come with one load.
#include <llvm/IR/IntrinsicsX86.h>
#include <llvm/IR/MDBuilder.h>

#include "taps.h"

namespace weft::cpu {
namespace {

// Numbers in the two vectors that a permutation chooses from.
constexpr std::uint64_t kWindow = 16;

// The whole number at or below; for what no i32 holds, NaN among it, the smallest one.
V to_index(Emit& e, V x) {
    llvm::Value* none = llvm::Constant::getNullValue(e.wide(e.i32()));
    constexpr std::uint32_t kDownWithoutTraps = 9;
    return e.wrap(
        e.ir.CreateIntrinsic(llvm::Intrinsic::x86_avx512_mask_cvtpd2dq_512, {},
                             {x.v, none, e.ir.getInt8(0xff), e.ir.getInt32(kDownWithoutTraps)}));
}

}  // namespace

// Can the lanes of this read stand beside each other?
bool Region::may_stand_beside(const Node& node) const {
    const weft_grid& grid = inputs_[node.aux].grid;
    if (!e.machine.avx512 || e.lanes != 8 || !exact_ || class_ != kPointMask) return false;
    if (grid.format != WEFT_FORMAT_F32 || node.loop != kNoNode || grid.axis_count == 0)
        return false;
    for (std::uint32_t a = 0; a < grid.axis_count; ++a) {
        const weft_axis& axis = grid.axes[a];
        if (a == 0 && (axis.stride != 4 || axis.count < kWindow)) return false;
        const bool moves = memo_[node.args[a * kNodesPerAxis]].vector();
        if (!moves && a == 0) return false;
        if (moves &&
            (axis.filter != WEFT_FILTER_LINEAR || axis.wrap == WEFT_WRAP_RING || axis.count < 2))
            return false;
    }
    return true;
}

// Two codes for one read: lanes that stand beside each other, and any. Inside the grid it does not
// matter how the axes go on outside.
V Region::read_beside(const Node& node, const Taps& taps) {
    Beside near;
    V all;
    for (std::uint32_t a = 0; a < taps.grid->axis_count; ++a) {
        const std::uint32_t low = node.args[a * kNodesPerAxis];
        if (!memo_[low].vector()) continue;
        const Place& place = plan_.places[plan_.nodes[low].aux];
        const V u = along(place.axis, memo_[place.coordinate]);
        const V index = to_index(e, u);
        const std::uint64_t span = a == 0 ? kWindow : 2;
        const V last = e.integer(index, static_cast<std::int64_t>(place.axis.count - span));
        const V first = e.wrap(e.ir.CreateShuffleVector(index.v, llvm::SmallVector<int>(e.lanes)));
        // Unsigned: an index below zero is far from everything.
        const V low_of_all =
            e.wrap(e.ir.CreateBinaryIntrinsic(llvm::Intrinsic::umin, first.v, last.v));
        near.low[a] = e.wrap(e.ir.CreateExtractElement(low_of_all.v, std::uint64_t{0}));
        near.fraction[a] = u - e.floor(u);
        const V offset = index - low_of_all;
        if (a == 0) near.offset = offset;
        // The neighbour on the other side is within the span, too.
        const V fits = e.wrap(
            e.ir.CreateICmpULT(offset.v, e.integer(offset, static_cast<std::int64_t>(span - 1)).v));
        all = all ? e.both(all, fits) : fits;
    }
    llvm::LLVMContext& context = e.ir.getContext();
    llvm::Function* function = e.ir.GetInsertBlock()->getParent();
    auto* together = llvm::BasicBlock::Create(context, "beside", function);
    auto* apart = llvm::BasicBlock::Create(context, "apart", function);
    auto* after = llvm::BasicBlock::Create(context, "read", function);
    llvm::MDBuilder weights(context);
    e.ir.CreateCondBr(e.any(e.negate(all)), apart, together, weights.createBranchWeights(1, 8));

    const int outermost = static_cast<int>(taps.grid->axis_count) - 1;
    e.ir.SetInsertPoint(together);
    Taps at = taps;
    at.beside = &near;
    const V fast = mix(node, at, outermost);
    llvm::BasicBlock* fast_end = e.ir.GetInsertBlock();
    e.ir.CreateBr(after);
    e.ir.SetInsertPoint(apart);
    const V slow = mix(node, taps, outermost);
    llvm::BasicBlock* slow_end = e.ir.GetInsertBlock();
    e.ir.CreateBr(after);

    e.ir.SetInsertPoint(after);
    llvm::PHINode* read = e.ir.CreatePHI(fast.type(), 2);
    read->addIncoming(fast.v, fast_end);
    read->addIncoming(slow.v, slow_end);
    return e.wrap(read);
}

// Adds the place on an axis that lanes beside each other share.
void Region::add_beside(Taps& taps, std::uint32_t axis, bool high) {
    const Beside& near = *taps.beside;
    const std::int64_t stride = taps.grid->axes[axis].stride;
    const V low = e.wrap(e.ir.CreateZExt(near.low[axis].v, e.i64()));
    taps.bytes = taps.bytes + low * e.count(stride);
    if (axis == 0) {
        taps.window = high ? near.offset + e.integer(near.offset, 1) : near.offset;
    } else if (high) {
        taps.bytes = taps.bytes + e.count(stride);
    }
}

// Do the two numbers along the first axis lie beside each other in memory, for all lanes?
bool Region::may_load_pairs(const Node& node, const Taps& taps) const {
    const weft_axis& axis = taps.grid->axes[0];
    return e.lanes > 1 && exact_ && class_ == kPointMask && taps.beside == nullptr &&
           taps.grid->format == WEFT_FORMAT_F32 && axis.stride == 4 && axis.count >= 2 &&
           axis.filter == WEFT_FILTER_LINEAR && axis.wrap != WEFT_WRAP_RING &&
           axis.wrap != WEFT_WRAP_REPEAT && node.contiguous != 0 && memo_[node.args[0]].vector();
}

// Two floats as one number of 64 bits from where the lower one lies, but never beyond the row.
V Region::mix_pair(const Node& node, const Taps& taps) {
    const weft_axis& axis = taps.grid->axes[0];
    V low = memo_[node.args[0]];
    V high = memo_[node.args[1]];
    V low_outside, high_outside;
    if (axis.wrap == WEFT_WRAP_ZERO) {
        const V zero = e.integer(low, 0);
        low_outside = e.less_int(low, zero);
        high_outside = e.less_int(high, zero);
        const V within = e.max_int(low, zero);
        low = e.select(low_outside, e.max_int(high, zero), low);
        high = e.select(high_outside, within, high);
    }
    const V last = e.integer(low, static_cast<std::int64_t>(axis.count) - 2);
    const V base = e.min_int(e.min_int(low, high), last);
    const V units = taps.units ? taps.units + base : base;
    const V plane = taps.bytes + e.count(taps.grid->channel_stride * taps.channel);
    llvm::Value* from = e.ir.CreateGEP(e.ir.getInt8Ty(), taps.data.v, plane.v);
    llvm::Value* lanes = e.ir.CreateGEP(e.f32(), from, units.v);
    const V pair = e.wrap(e.ir.CreateMaskedGather(e.wide(e.i64()), lanes, llvm::Align(4)));
    const V lower = e.from_bits(e.to_i32(pair));
    const V upper = e.from_bits(e.to_i32(e.shift_right(pair, 32)));
    const auto pick = [&](V index, V outside) {
        V v = e.to_f64(e.select(e.same_int(index, base), lower, upper));
        if (outside) v = e.select(outside, e.number(v, 0.0), v);
        return taps.outside ? e.select(taps.outside, e.number(v, 0.0), v) : v;
    };
    return between(pick(low, low_outside), pick(high, high_outside),
                   operand(node.args[2], e.f64()));
}

}  // namespace weft::cpu

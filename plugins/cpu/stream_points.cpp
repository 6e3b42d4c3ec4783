#include "stream_points.h"

namespace weft::cpu {

// The row of numbers of a node, made when it is asked for first.
const Handed& StreamPoints::row_of(std::uint32_t node, bool f64) {
    auto [at, fresh] = handed_.try_emplace(node);
    if (fresh) {
        at->second = {kernel_.scratch_bytes, f64};
        kernel_.scratch_bytes += (kRow + kRowOverhang) * (f64 ? 8 : 4);
    }
    return at->second;
}

llvm::Value* StreamPoints::place_of(const Handed& handed, V at) {
    const V base = load_arg(offsetof(KernelArgs, scratch), e.ptr());
    llvm::Value* row_of_numbers =
        e.ir.CreateConstInBoundsGEP1_64(e.ir.getInt8Ty(), base.v, handed.offset);
    return e.ir.CreateInBoundsGEP(handed.f64 ? e.f64() : e.f32(), row_of_numbers, at.v);
}

void StreamPoints::hand_on(std::uint32_t node) {
    const V v = e.spread(value(node));
    e.ir.CreateAlignedStore(v.v, place_of(row_of(node, v.f64()), column), llvm::Align(4));
}

void StreamPoints::store_ahead(std::uint32_t node, V at, V numbers) {
    ahead_.insert(node);
    e.ir.CreateAlignedStore(numbers.v, place_of(row_of(node, false), at), llvm::Align(4));
}

V StreamPoints::leaf(std::uint32_t node) {
    if (!handed_before(node)) return Region::leaf(node);
    const Handed& handed = handed_.at(node);
    llvm::Type* type = e.wide(handed.f64 ? e.f64() : e.f32());
    const V v = e.wrap(e.ir.CreateAlignedLoad(type, place_of(handed, column), llvm::Align(4)));
    return e.lanes == 1 ? e.to_f64(v) : v;
}

V StreamPoints::stored_before(std::uint32_t output, V at, int distance) {
    std::uint32_t input = 0;
    while (inputs_[input].own != output) ++input;
    const weft_axis& ring = *ring_of(inputs_[input].grid);
    const V capacity = e.count(static_cast<std::int64_t>(ring.capacity));
    V slot = ring_slot(ring.capacity) + at - e.count(distance);
    slot = e.select(e.less_int(slot, e.count(0)), slot + capacity, slot);
    const V offset = slot * e.count(ring.stride);
    llvm::Value* from = e.ir.CreateGEP(e.ir.getInt8Ty(), data_of(input).v, offset.v);
    const bool f64 = inputs_[input].grid.format == WEFT_FORMAT_F64;
    return e.to_f64(e.wrap(e.ir.CreateLoad(f64 ? e.f64() : e.f32(), from)));
}

V StreamPoints::sample() {
    const V first = e.from_int(ring_start(WEFT_TICK_SAMPLE), e.f64());
    if (e.lanes == 1) return first;
    return e.spread(first) + e.from_int(e.lane_numbers(), e.f64());
}

// weft_clock_wrap, lane by lane; what does not loop is not divided.
V StreamPoints::wrap(V ticks, V period) {
    llvm::Function* function = e.ir.GetInsertBlock()->getParent();
    llvm::BasicBlock* before = e.ir.GetInsertBlock();
    auto* loop = llvm::BasicBlock::Create(e.ir.getContext(), "loop", function);
    auto* after = llvm::BasicBlock::Create(e.ir.getContext(), "wrapped", function);
    e.ir.CreateCondBr(e.greater(period, e.number(period, 0.0)).v, loop, after);
    e.ir.SetInsertPoint(loop);
    const V rest = ticks - e.floor(ticks / period) * period;
    const V below = e.less(rest, e.number(rest, 0.0));
    const V above = e.at_least(rest, e.spread(period));
    const V fixed = e.select(below, rest + period, e.select(above, rest - period, rest));
    e.ir.CreateBr(after);
    e.ir.SetInsertPoint(after);
    llvm::PHINode* wrapped = e.ir.CreatePHI(ticks.type(), 2);
    wrapped->addIncoming(ticks.v, before);
    wrapped->addIncoming(fixed.v, loop);
    return e.wrap(wrapped);
}

// ticks / rate as IEEE rounds it, without a division a vector: the product with the reciprocal and
// what the reciprocal left over is within 2^-50 units in the last place of the quotient, and the
// quotient of two whole numbers is either a number itself or 1/rate units away from the next tie.
V StreamPoints::seconds(V ticks) {
    const V rate = frame_field(WEFT_FIELD_RATE);
    if (!e.machine.fma || !ticks.vector()) return ticks / rate;
    if (!reciprocal_of_rate_) {
        llvm::IRBuilderBase::InsertPointGuard guard(e.ir);
        if (entry_point != nullptr) e.ir.SetInsertPoint(entry_point);
        reciprocal_of_rate_ = e.scalar(1.0) / rate;
        rest_of_reciprocal_ = e.fma(-reciprocal_of_rate_, rate, e.scalar(1.0)) / rate;
    }
    return e.fma(ticks, e.spread(reciprocal_of_rate_), ticks * e.spread(rest_of_reciprocal_));
}

// The fields of weft_clock_at_sample, by the same arithmetic.
V StreamPoints::clock(std::uint32_t number) {
    const V rate = frame_field(WEFT_FIELD_RATE);
    const auto period = [&] {
        return frame_field(WEFT_FIELD_LOOP) * rate / frame_field(WEFT_FIELD_FPS);
    };
    const auto fraction = [&](V x) { return x - e.floor(x); };
    switch (number) {
        case WEFT_FIELD_TIME: return seconds(wrap(sample(), period()));
        case WEFT_FIELD_ABSTIME: return seconds(sample());
        case WEFT_FIELD_SAMPLE: return e.floor(wrap(sample(), period()));
        case WEFT_FIELD_ABSSAMPLE: return sample();
        case WEFT_FIELD_BEAT: return clock(WEFT_FIELD_ABSTIME) * frame_field(WEFT_FIELD_BPM) / 60.0;
        case WEFT_FIELD_MEASURE:
            return clock(WEFT_FIELD_BEAT) / frame_field(WEFT_FIELD_TIMESIG_NUM);
        case WEFT_FIELD_BEATPHASE: return fraction(clock(WEFT_FIELD_BEAT));
        case WEFT_FIELD_MEASUREPHASE: return fraction(clock(WEFT_FIELD_MEASURE));
        default: return frame_field(number);  // frame counters hold for the whole call
    }
}

}  // namespace weft::cpu

#include "stream_points.h"

namespace weft::cpu {

llvm::Value* StreamPoints::place_of(const Handed& handed) {
    const V base = load_arg(offsetof(KernelArgs, scratch), e.ptr());
    llvm::Value* row_of_numbers =
        e.ir.CreateConstInBoundsGEP1_64(e.ir.getInt8Ty(), base.v, handed.offset);
    return e.ir.CreateInBoundsGEP(handed.f64 ? e.f64() : e.f32(), row_of_numbers, column.v);
}

void StreamPoints::hand_on(std::uint32_t node) {
    const V v = e.spread(value(node));
    auto [at, fresh] = handed_.try_emplace(node);
    if (fresh) {
        at->second = {kernel_.scratch_bytes, v.f64()};
        kernel_.scratch_bytes += (kRow + kRowOverhang) * (v.f64() ? 8 : 4);
    }
    e.ir.CreateAlignedStore(v.v, place_of(at->second), llvm::Align(4));
}

V StreamPoints::leaf(std::uint32_t node) {
    if (!handed_before(node)) return Region::leaf(node);
    const Handed& handed = handed_.at(node);
    llvm::Type* type = e.wide(handed.f64 ? e.f64() : e.f32());
    const V v = e.wrap(e.ir.CreateAlignedLoad(type, place_of(handed), llvm::Align(4)));
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

// ticks / rate to the last bit, without a division a vector: the remainder of a product with the
// reciprocal is exact, and corrects it. Once, and it is off by less than a unit in the last place;
// twice, and it is the quotient as IEEE rounds it (Markstein, 1990).
V StreamPoints::seconds(V ticks) {
    const V rate = frame_field(WEFT_FIELD_RATE);
    if (!e.machine.fma || !ticks.vector()) return ticks / rate;
    if (!reciprocal_of_rate_) {
        llvm::IRBuilderBase::InsertPointGuard guard(e.ir);
        if (entry_point != nullptr) e.ir.SetInsertPoint(entry_point);
        reciprocal_of_rate_ = e.scalar(1.0) / rate;
    }
    V quotient = ticks * reciprocal_of_rate_;
    for (int turn = 0; turn < 2; ++turn) {
        const V rest = e.fma(-quotient, e.spread(rate), ticks);
        quotient = e.fma(rest, e.spread(reciprocal_of_rate_), quotient);
    }
    return quotient;
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

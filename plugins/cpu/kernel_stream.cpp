// Sound: row(args, row, begin, end) computes samples [begin, end) of a row of kRow samples.
#include "kernel_args.h"
#include "kernel_emit.h"

namespace weft::cpu {
namespace {

class StreamPoints final : public Region {
public:
    StreamPoints(Emit& emit, KernelEmit& kernel, llvm::Value* args)
        : Region(emit, kernel.plan, kernel.source.inputs, kernel.tables, args, kPointMask, false) {}
    V row;     // absolute
    V column;  // of lane 0

    // Absolute number of the sample of each lane, as f64.
    V sample() {
        const V first = e.from_int(row * e.count(static_cast<std::int64_t>(kRow)) + column, e.f64());
        if (e.lanes == 1) return first;
        return e.spread(first) + e.from_int(e.lane_numbers(), e.f64());
    }

protected:
    V field(std::uint32_t number) override { return clock(number); }
    V now(std::uint32_t tick) override {
        return tick == WEFT_TICK_SAMPLE ? sample() : Region::now(tick);
    }
    V row_leaf(std::uint32_t slot) override {
        const V base = load_arg(offsetof(KernelArgs, rows), e.ptr());
        const V capacity = load_arg(offsetof(KernelArgs, row_capacity), e.i64());
        const V first = load_arg(offsetof(KernelArgs, first_row), e.i64());
        const V at = capacity * e.count(slot) + row - first;
        return e.wrap(e.ir.CreateLoad(e.f64(), e.ir.CreateInBoundsGEP(e.f64(), base.v, at.v)));
    }
    V column_leaf(const ColumnSlot& slot) override { return column_value(slot, column); }
    V column_index() override { return column; }

private:
    V clock(std::uint32_t number);
    V wrap(V ticks, V period);
};

// weft_clock_wrap, lane by lane.
V StreamPoints::wrap(V ticks, V period) {
    const V zero = e.number(period, 0.0);
    const V rest = ticks - e.floor(ticks / period) * period;
    const V below = e.less(rest, e.number(rest, 0.0));
    const V above = e.at_least(rest, e.spread(period));
    const V fixed = e.select(below, rest + period, e.select(above, rest - period, rest));
    V loops = e.greater(period, zero);
    return e.select(e.spread(loops), fixed, ticks);
}

// The fields of weft_clock_at_sample, by the same arithmetic.
V StreamPoints::clock(std::uint32_t number) {
    const V rate = frame_field(WEFT_FIELD_RATE);
    const V n = sample();
    const auto period = [&] {
        return frame_field(WEFT_FIELD_LOOP) * rate / frame_field(WEFT_FIELD_FPS);
    };
    const auto fraction = [&](V x) { return x - e.floor(x); };
    switch (number) {
        case WEFT_FIELD_TIME: return wrap(n, period()) / rate;
        case WEFT_FIELD_ABSTIME: return n / rate;
        case WEFT_FIELD_SAMPLE: return e.floor(wrap(n, period()));
        case WEFT_FIELD_ABSSAMPLE: return n;
        case WEFT_FIELD_BEAT: return n / rate * frame_field(WEFT_FIELD_BPM) / 60.0;
        case WEFT_FIELD_MEASURE: return clock(WEFT_FIELD_BEAT) / frame_field(WEFT_FIELD_TIMESIG_NUM);
        case WEFT_FIELD_BEATPHASE: return fraction(clock(WEFT_FIELD_BEAT));
        case WEFT_FIELD_MEASUREPHASE: return fraction(clock(WEFT_FIELD_MEASURE));
        default: return frame_field(number);  // frame counters hold for the whole call
    }
}

}  // namespace

std::string emit_stream(KernelEmit& kernel) {
    llvm::IRBuilder<> ir(kernel.code.getContext());
    llvm::Type* i64 = ir.getInt64Ty();
    llvm::Function* function = begin_function(kernel, "row", {ir.getPtrTy(), i64, i64, i64}, ir);
    Emit e(ir, kernel.code, kernel.machine, kernel.machine.lanes);
    StreamPoints region(e, kernel, function->getArg(0));
    StoreEmit stores(kernel, region);
    std::string wrong = stores.check();
    if (!wrong.empty()) return wrong;
    auto* begin = llvm::BasicBlock::Create(ir.getContext(), "begin", function);
    region.entry_point = region.row_point = ir.CreateBr(begin);
    region.row = e.wrap(function->getArg(1));
    ir.SetInsertPoint(begin);
    std::vector<std::uint32_t> roots;
    for (const PlanStore& store : kernel.plan.stores)
        roots.insert(roots.end(), store.values.begin(), store.values.end());
    const V end = e.wrap(function->getArg(3));
    counted_loop(e, e.wrap(function->getArg(2)), end, e.lanes, [&](V column) {
        region.column = column;
        region.run(roots);
        const V count = e.min_int(end - column, e.count(e.lanes));
        stores.store(region.row, column, count);
    });
    ir.CreateRetVoid();
    return {};
}

}  // namespace weft::cpu

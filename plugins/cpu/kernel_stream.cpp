// Sound: row(args, row, begin, end) computes samples [begin, end) of a row of kRow samples, stage
// by stage.
#include "kernel_args.h"
#include "kernel_emit.h"
#include "stages.h"

namespace weft::cpu {
namespace {

// Values that one stage hands to later ones: a row of numbers each.
struct Handed {
    std::uint64_t offset = 0;
    bool f64 = false;
};
using HandedValues = std::map<std::uint32_t, Handed>;

class StreamPoints final : public Region {
public:
    StreamPoints(Emit& emit, KernelEmit& kernel, llvm::Value* args, const Stages& stages,
                 std::uint32_t stage, HandedValues& handed)
        : Region(emit, kernel.plan, kernel.source.inputs, kernel.tables, args, kPointMask,
                 emit.lanes == 1),
          kernel_(kernel),
          stages_(stages),
          stage_(stage),
          handed_(handed) {
        rows_in_place = many_rows();
    }
    V row;     // absolute
    V column;  // of lane 0

    void hand_on(std::uint32_t node);
    // What an output of ours held `distance` samples before a column.
    V stored_before(std::uint32_t output, V at, int distance);

protected:
    [[nodiscard]] bool is_leaf(std::uint32_t node) const override {
        return handed_before(node) || Region::is_leaf(node);
    }
    V leaf(std::uint32_t node) override;
    V field(std::uint32_t number) override { return clock(number); }
    V now(std::uint32_t tick) override {
        return tick == WEFT_TICK_SAMPLE ? sample() : Region::now(tick);
    }
    V ring_start(std::uint32_t tick) override {
        if (tick != WEFT_TICK_SAMPLE) return Region::ring_start(tick);
        return row * e.count(static_cast<std::int64_t>(kRow)) + column;
    }
    V row_index() override { return row - load_arg(offsetof(KernelArgs, first_row), e.i64()); }
    V column_leaf(const ColumnSlot& slot) override { return column_value(slot, column); }
    V first_tick() override { return row * e.count(static_cast<std::int64_t>(kRow)); }
    V column_index() override { return column; }

private:
    [[nodiscard]] bool handed_before(std::uint32_t node) const {
        return stages_.of_node[node] < stage_ && handed_.count(node) != 0;
    }
    llvm::Value* place_of(const Handed& handed);
    // Absolute number of the sample of each lane, as f64.
    V sample();
    V clock(std::uint32_t number);
    V wrap(V ticks, V period);

    KernelEmit& kernel_;
    const Stages& stages_;
    std::uint32_t stage_;
    HandedValues& handed_;
};

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
        // A row, and the lanes that a last chunk has too many.
        kernel_.scratch_bytes += (kRow + kRingMirror) * (v.f64() ? 8 : 4);
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
    return e.wrap(e.ir.CreateLoad(e.f64(), from));
}

V StreamPoints::sample() {
    const V first = e.from_int(ring_start(WEFT_TICK_SAMPLE), e.f64());
    if (e.lanes == 1) return first;
    return e.spread(first) + e.from_int(e.lane_numbers(), e.f64());
}

// weft_clock_wrap, lane by lane.
V StreamPoints::wrap(V ticks, V period) {
    const V rest = ticks - e.floor(ticks / period) * period;
    const V below = e.less(rest, e.number(rest, 0.0));
    const V above = e.at_least(rest, e.spread(period));
    const V fixed = e.select(below, rest + period, e.select(above, rest - period, rest));
    const V loops = e.spread(e.greater(period, e.number(period, 0.0)));
    return e.select(loops, fixed, ticks);
}

// The fields of weft_clock_at_sample, by the same arithmetic.
V StreamPoints::clock(std::uint32_t number) {
    const V rate = frame_field(WEFT_FIELD_RATE);
    const auto period = [&] {
        return frame_field(WEFT_FIELD_LOOP) * rate / frame_field(WEFT_FIELD_FPS);
    };
    const auto fraction = [&](V x) { return x - e.floor(x); };
    switch (number) {
        case WEFT_FIELD_TIME: return wrap(sample(), period()) / rate;
        case WEFT_FIELD_ABSTIME: return sample() / rate;
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

// Short delays of a recursion, kept in registers from sample to sample instead of being read back
// from the ring: value[j] is what was stored j + 1 samples ago.
struct Delay {
    std::uint32_t output = kNoOutput;
    std::uint32_t stored = kNoNode;
    std::vector<std::vector<std::uint32_t>> reads;  // nodes by distance
    std::vector<llvm::PHINode*> value;
};

constexpr double kLongestInRegisters = 4;

std::vector<Delay> short_delays(const KernelEmit& kernel, const Stages& stages,
                                std::uint32_t number) {
    std::vector<Delay> list;
    for (const std::uint32_t s : stages.list[number].stores) {
        const PlanStore& store = kernel.plan.stores[s];
        Delay delay{store.output, store.values[0], {}, {}};
        for (std::uint32_t n = 0; n < kernel.plan.nodes.size(); ++n) {
            const Node& node = kernel.plan.nodes[n];
            if (node.op != kOpRead || stages.of_node[n] != number || node.loop != kNoNode ||
                node.contiguous == kNoNode || kernel.source.inputs[node.aux].own != store.output)
                continue;
            const Node& back = kernel.plan.nodes[node.args[node.contiguous * kNodesPerAxis]];
            if (back.op != WEFT_OP_CONST || back.imm < 1 || back.imm > kLongestInRegisters)
                continue;
            const auto distance = static_cast<std::size_t>(back.imm);
            if (delay.reads.size() < distance) delay.reads.resize(distance);
            delay.reads[distance - 1].push_back(n);
        }
        if (!delay.reads.empty()) list.push_back(std::move(delay));
    }
    return list;
}

// One pass over the samples of a row.
void emit_stage(KernelEmit& kernel, llvm::Function* function, llvm::IRBuilder<>& ir,
                const Stages& stages, std::uint32_t number, HandedValues& handed) {
    const Stage& stage = stages.list[number];
    if (stage.stores.empty() && stage.handed_on.empty()) return;
    const bool by_sample = stage.recursive && stage.least_delay < kernel.machine.lanes;
    Emit e(ir, kernel.code, kernel.machine, by_sample ? 1 : kernel.machine.lanes);
    StreamPoints region(e, kernel, function->getArg(0), stages, number, handed);
    StoreEmit stores(kernel, region);
    auto* begin = llvm::BasicBlock::Create(ir.getContext(), "stage", function);
    region.entry_point = region.row_point = ir.CreateBr(begin);
    region.row = e.wrap(function->getArg(1));
    ir.SetInsertPoint(begin);
    std::vector<std::uint32_t> roots = stage.handed_on;
    for (const std::uint32_t s : stage.stores) {
        const std::vector<std::uint32_t>& values = kernel.plan.stores[s].values;
        roots.insert(roots.end(), values.begin(), values.end());
    }
    const V end = e.wrap(function->getArg(3));
    const V first = e.wrap(function->getArg(2));
    std::vector<Delay> delays;
    std::vector<std::vector<V>> initial;
    if (by_sample) delays = short_delays(kernel, stages, number);
    for (const Delay& delay : delays) {
        std::vector<V>& values = initial.emplace_back();
        for (std::size_t j = 1; j <= delay.reads.size(); ++j)
            values.push_back(region.stored_before(delay.output, first, static_cast<int>(j)));
    }
    counted_loop(e, first, end, e.lanes, [&](V column) {
        region.column = column;
        auto* counter = llvm::cast<llvm::PHINode>(column.v);
        for (std::size_t d = 0; d < delays.size(); ++d)
            for (std::size_t j = 0; j < delays[d].reads.size(); ++j) {
                auto* phi = llvm::PHINode::Create(e.f64(), 2, "delay", counter);
                phi->addIncoming(initial[d][j].v, counter->getIncomingBlock(0));
                delays[d].value.push_back(phi);
                for (const std::uint32_t read : delays[d].reads[j])
                    region.define(read, e.wrap(phi));
            }
        region.run(roots);
        V count;
        if (e.lanes > 1) count = e.min_int(end - column, e.count(e.lanes));
        for (const std::uint32_t s : stage.stores) stores.store(s, region.row, column, count);
        for (const std::uint32_t node : stage.handed_on) region.hand_on(node);
        for (const Delay& delay : delays)
            for (std::size_t j = 0; j < delay.value.size(); ++j) {
                llvm::Value* next = j == 0 ? e.to_f64(region.value(delay.stored)).v
                                           : static_cast<llvm::Value*>(delay.value[j - 1]);
                delay.value[j]->addIncoming(next, e.ir.GetInsertBlock());
            }
    });
    if (!by_sample) return;
    for (const std::uint32_t s : stage.stores)
        if (kernel.source.outputs[kernel.plan.stores[s].output].kind == WEFT_OUTPUT_CACHE)
            stores.finish_ring(s);
}

}  // namespace

std::string emit_stream(KernelEmit& kernel) {
    Stages stages;
    std::string wrong = make_stages(kernel.plan, kernel.source.inputs, stages);
    if (!wrong.empty()) return wrong;
    llvm::IRBuilder<> ir(kernel.code.getContext());
    llvm::Type* i64 = ir.getInt64Ty();
    llvm::Function* function = begin_function(kernel, "row", {ir.getPtrTy(), i64, i64, i64}, ir);
    wrong = check_stores(kernel);
    if (!wrong.empty()) return wrong;
    HandedValues handed;
    for (std::uint32_t s = 0; s < stages.list.size(); ++s)
        emit_stage(kernel, function, ir, stages, s, handed);
    ir.CreateRetVoid();
    return {};
}

}  // namespace weft::cpu

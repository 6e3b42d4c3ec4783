// Sound: row(args, row, begin, end) computes samples [begin, end) of a row of kRow samples, stage
// by stage.
#include <algorithm>

#include "kernel_tapped.h"
#include "kernel_voices.h"

namespace weft::cpu {
namespace {

// Vectors narrower than this do not earn what it costs to bring voices into lanes.
constexpr unsigned kNarrow = 8;

// Takes those of a recursive stage out of it that are computed together.
void emit_alike(KernelEmit& kernel, llvm::Function* function, llvm::IRBuilder<>& ir,
                const Stages& stages, std::uint32_t number, HandedValues& handed, Stage& stage,
                std::vector<ShortDelay>& delays) {
    const auto remove = [](std::vector<std::uint32_t>& from, std::uint32_t what) {
        from.erase(std::remove(from.begin(), from.end(), what), from.end());
    };
    for (const auto& voices : voices_alike(kernel.source, stages, number, delays)) {
        emit_voices(kernel, function, ir, stages, number, handed, voices);
        for (const Voice& voice : voices) {
            for (const std::uint32_t s : voice.stores) {
                remove(stage.stores, s);
                std::erase_if(delays, [s](const ShortDelay& delay) { return delay.store == s; });
            }
            for (const std::uint32_t node : voice.handed_on) remove(stage.handed_on, node);
        }
    }
}

// One pass over the samples of a row.
void emit_stage(KernelEmit& kernel, llvm::Function* function, llvm::IRBuilder<>& ir,
                const Stages& stages, std::uint32_t number, HandedValues& handed) {
    const std::vector<std::uint32_t>& all_stores = stages.list[number].stores;
    Stage stage = stages.list[number];
    if (stage.stores.empty() && stage.handed_on.empty()) return;
    const bool by_sample = stage.recursive && stage.least_delay < kernel.machine.lanes;
    std::vector<ShortDelay> delays;
    if (by_sample) delays = short_delays(kernel.source, stages, number);
    if (by_sample && kernel.machine.lanes >= kNarrow)
        emit_alike(kernel, function, ir, stages, number, handed, stage, delays);
    std::vector<TappedSums> tapped;
    if (!stage.recursive) tapped = tapped_sums(kernel.plan, kernel.source.inputs, stages, number);
    for (const TappedSums& sums : tapped)
        for (const std::uint32_t node : sums.nodes) std::erase(stage.handed_on, node);
    Emit e(ir, kernel.code, kernel.machine, by_sample ? 1 : kernel.machine.lanes);
    StreamPoints region(e, kernel, function->getArg(0), stages, number, handed, by_sample);
    StoreEmit stores(kernel, region);
    // What was stored in this very row is read back only over distances within it.
    const bool reads_row = stage.recursive && !by_sample && stage.least_delay < kRow;
    stores.finished_later = !reads_row;
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
    std::vector<std::vector<V>> initial;
    for (const ShortDelay& delay : delays) {
        const std::uint32_t output = kernel.plan.stores[delay.store].output;
        std::vector<V>& values = initial.emplace_back();
        for (std::size_t j = 1; j <= delay.reads.size(); ++j)
            values.push_back(region.stored_before(output, first, static_cast<int>(j)));
    }
    const auto chunk = [&](V column) {
        region.column = column;
        auto* counter = llvm::cast<llvm::PHINode>(column.v);
        std::vector<std::vector<llvm::PHINode*>> past(delays.size());
        for (std::size_t d = 0; d < delays.size(); ++d)
            for (std::size_t j = 0; j < delays[d].reads.size(); ++j) {
                auto* phi = llvm::PHINode::Create(e.f64(), 2, "delay", counter);
                phi->addIncoming(initial[d][j].v, counter->getIncomingBlock(0));
                past[d].push_back(phi);
                for (const std::uint32_t read : delays[d].reads[j])
                    region.define(read, e.wrap(phi));
            }
        region.run(roots);
        V count;
        if (e.lanes > 1) count = e.min_int(end - column, e.count(e.lanes));
        for (const std::uint32_t s : stage.stores) stores.store(s, region.row, column, count);
        for (const std::uint32_t node : stage.handed_on) region.hand_on(node);
        for (std::size_t d = 0; d < delays.size(); ++d) {
            const std::uint32_t stored = kernel.plan.stores[delays[d].store].values[0];
            llvm::Value* next = e.to_f64(region.value(stored)).v;
            for (llvm::PHINode* phi : past[d]) {
                phi->addIncoming(next, e.ir.GetInsertBlock());
                next = phi;
            }
        }
    };
    if (!tapped.empty()) {
        counted_loop(e, first, end, kTappedChunk, [&](V from) {
            const V to = e.min_int(from + e.count(kTappedChunk), end);
            for (const TappedSums& sums : tapped) emit_tapped(region, kernel, sums, from, to);
            counted_loop(e, from, to, e.lanes, chunk);
        });
    } else if (!roots.empty()) {
        counted_loop(e, first, end, e.lanes, chunk);
    }
    if (reads_row) return;
    for (const std::uint32_t s : all_stores)
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

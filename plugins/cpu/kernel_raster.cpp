// Pictures: points(args, begin, end) computes rows [begin, end), each in chunks of lanes. With
// lines a few rows are computed together, in blocks of columns.
#include "kernel_args.h"
#include "kernel_emit.h"
#include "lines.h"

namespace weft::cpu {
namespace {

class RasterPoints final : public Region {
public:
    RasterPoints(Emit& emit, KernelEmit& kernel, llvm::Value* args)
        : Region(emit, kernel.plan, kernel.source.inputs, kernel.tables, args, kPointMask, false) {
        rows_in_place = many_rows();
    }
    V row;
    V column;

protected:
    V field(std::uint32_t number) override { return frame_field(number); }
    V row_index() override { return row; }
    V column_leaf(const ColumnSlot& slot) override { return column_value(slot, column); }
    V column_index() override { return column; }
};

// Values of rows beside each other, from which lines are made.
struct RowsAtOnce {
    RowsAtOnce(Emit& e, KernelEmit& kernel, llvm::Value* args, std::uint32_t count) {
        for (std::uint32_t i = 0; i < count; ++i)
            regions.push_back(
                made_.emplace_back(std::make_unique<RasterPoints>(e, kernel, args)).get());
    }
    // The first of the rows; what they need of the tables is loaded before the branch to `next`.
    void begin(V row, llvm::Instruction* entry, llvm::BasicBlock* next) {
        llvm::IRBuilder<>& ir = row.e->ir;
        for (std::size_t i = 0; i < made_.size(); ++i)
            made_[i]->row = row + row.e->count(static_cast<std::int64_t>(i));
        llvm::Instruction* branch = ir.CreateBr(next);
        ir.SetInsertPoint(next);
        for (const auto& region : made_) {
            region->entry_point = entry;
            region->row_point = branch;
        }
    }
    std::vector<Region*> regions;

private:
    std::vector<std::unique_ptr<RasterPoints>> made_;
};

// Columns [low, high] at which a chunk reads contiguous places entirely inside their grids.
struct Inner {
    V low;
    V high;
};

Inner inner_columns(KernelEmit& kernel, RasterPoints& region) {
    Emit& e = region.e;
    Inner inner{e.count(0), e.count(static_cast<std::int64_t>(kernel.plan.width))};
    std::vector<std::uint32_t> shifts;
    std::vector<std::uint64_t> counts;
    for (const Node& node : kernel.plan.nodes) {
        if (node.op != kOpRead || node.contiguous == kNoNode) continue;
        shifts.push_back(node.args[node.contiguous * kNodesPerAxis]);
        counts.push_back(kernel.source.inputs[node.aux].grid.axes[node.contiguous].count);
    }
    region.run(shifts);
    for (std::size_t i = 0; i < shifts.size(); ++i) {
        const V shift = e.to_i64(region.value(shifts[i]));
        inner.low = e.max_int(inner.low, e.count(0) - shift);
        const auto last = static_cast<std::int64_t>(counts[i]) - 1 - e.lanes;
        inner.high = e.min_int(inner.high, e.count(last) - shift);
    }
    return inner;
}

void emit_chunk(KernelEmit& kernel, RasterPoints& region, bool edges) {
    Emit& e = region.e;
    region.edges = edges;
    std::vector<std::uint32_t> roots;
    for (const PlanStore& store : kernel.plan.stores)
        roots.insert(roots.end(), store.values.begin(), store.values.end());
    region.run(roots);
    const auto width = static_cast<std::int64_t>(kernel.plan.width);
    V count;
    if (width % e.lanes != 0) count = e.min_int(e.count(width) - region.column, e.count(e.lanes));
    StoreEmit stores(kernel, region);
    for (std::size_t s = 0; s < kernel.plan.stores.size(); ++s)
        stores.store(s, region.row, region.column, count);
}

}  // namespace

std::string emit_raster(KernelEmit& kernel) {
    llvm::IRBuilder<> ir(kernel.code.getContext());
    llvm::Type* i64 = ir.getInt64Ty();
    llvm::Function* function = begin_function(kernel, "points", {ir.getPtrTy(), i64, i64}, ir);
    Emit e(ir, kernel.code, kernel.machine, kernel.machine.lanes);
    // The edges of contiguous reads are code of their own, so that the inner part has no checks.
    RasterPoints inner(e, kernel, function->getArg(0));
    RasterPoints outer(e, kernel, function->getArg(0));
    std::string wrong = check_stores(kernel);
    if (!wrong.empty()) return wrong;

    llvm::LLVMContext& context = kernel.code.getContext();
    auto* begin = llvm::BasicBlock::Create(context, "begin", function);
    auto* done = llvm::BasicBlock::Create(context, "stopped", function);
    llvm::Instruction* entry = ir.CreateBr(begin);
    inner.entry_point = outer.entry_point = entry;
    ir.SetInsertPoint(begin);
    const V width = e.count(static_cast<std::int64_t>(kernel.plan.width));
    // Columns [from, to) of a row.
    const auto emit_row = [&](V row, V from, V to) {
        auto* go = llvm::BasicBlock::Create(context, "row", function);
        auto* columns = llvm::BasicBlock::Create(context, "columns", function);
        ir.CreateCondBr(inner.cancelled().v, done, go);
        ir.SetInsertPoint(go);
        inner.row = outer.row = row;
        inner.row_point = outer.row_point = ir.CreateBr(columns);
        Inner within;
        if (kernel.plan.contiguous) {
            ir.SetInsertPoint(inner.row_point);
            within = inner_columns(kernel, inner);
        }
        ir.SetInsertPoint(columns);
        counted_loop(e, from, to, e.lanes, [&](V column) {
            inner.column = outer.column = column;
            if (!kernel.plan.contiguous) {
                emit_chunk(kernel, inner, true);
                return;
            }
            auto* fast = llvm::BasicBlock::Create(context, "within", function);
            auto* slow = llvm::BasicBlock::Create(context, "edge", function);
            auto* after = llvm::BasicBlock::Create(context, "chunk", function);
            llvm::Value* is_inner = ir.CreateAnd(ir.CreateICmpSGE(column.v, within.low.v),
                                                 ir.CreateICmpSLE(column.v, within.high.v));
            ir.CreateCondBr(is_inner, fast, slow);
            ir.SetInsertPoint(fast);
            emit_chunk(kernel, inner, false);
            ir.CreateBr(after);
            ir.SetInsertPoint(slow);
            emit_chunk(kernel, outer, true);
            ir.CreateBr(after);
            ir.SetInsertPoint(after);
        });
    };
    const V first = e.wrap(function->getArg(1));
    const V last = e.wrap(function->getArg(2));
    if (kernel.plan.lines.empty()) {
        counted_loop(e, first, last, 1, [&](V row) { emit_row(row, e.count(0), width); });
    } else {
        Lines lines(e, kernel.plan, kernel.source.inputs);
        RowsAtOnce above(e, kernel, function->getArg(0), lines.rows());
        const V rows = e.count(lines.rows());
        counted_loop(e, first, last, lines.rows(), [&](V top) {
            above.begin(top, entry, llvm::BasicBlock::Create(context, "blocks", function));
            counted_loop(e, e.count(0), width, lines.columns(), [&](V from) {
                lines.make(above.regions, from);
                const V to = e.min_int(from + e.count(lines.columns()), width);
                counted_loop(e, top, e.min_int(top + rows, last), 1, [&](V row) {
                    const std::vector<V> starts = lines.starts(row - top);
                    inner.use_lines(starts);
                    outer.use_lines(starts);
                    emit_row(row, from, to);
                });
            });
        });
    }
    ir.CreateRetVoid();
    ir.SetInsertPoint(done);
    ir.CreateRetVoid();
    return {};
}

}  // namespace weft::cpu

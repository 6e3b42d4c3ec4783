// The functions that fill tables: scalars once a call, rows and columns in vectors of f64.
#include "kernel_args.h"
#include "kernel_emit.h"

namespace weft::cpu {
namespace {

// i as f64 over consecutive numbers from `first` on.
V consecutive(Emit& e, V first) {
    const V start = e.spread(e.from_int(first, e.f64()));
    if (e.lanes == 1) return start;
    return start + e.from_int(e.lane_numbers(), e.f64());
}

class Scalars final : public Region {
public:
    Scalars(Emit& emit, KernelEmit& kernel, llvm::Value* args)
        : Region(emit, kernel.plan, kernel.source.inputs, kernel.tables, args, 0, true) {
        calls = true;
    }

protected:
    V field(std::uint32_t number) override { return frame_field(number); }
};

class Rows final : public Region {
public:
    Rows(Emit& emit, KernelEmit& kernel, llvm::Value* args)
        : Region(emit, kernel.plan, kernel.source.inputs, kernel.tables, args, WEFT_VARIES_ROW,
                 true) {
        calls = true;
    }
    V first;  // row of lane 0

protected:
    V field(std::uint32_t number) override {
        if (number == WEFT_FIELD_Y)
            return (consecutive(e, first) + 0.5) / static_cast<double>(plan_.height);
        if (number == WEFT_FIELD_ROW_TIME)
            return consecutive(e, first) * static_cast<double>(kRow) /
                   e.spread(frame_field(WEFT_FIELD_RATE));
        return e.spread(frame_field(number));
    }
};

class Columns final : public Region {
public:
    Columns(Emit& emit, KernelEmit& kernel, llvm::Value* args)
        : Region(emit, kernel.plan, kernel.source.inputs, kernel.tables, args, WEFT_VARIES_COLUMN,
                 true) {
        calls = true;
    }
    V first;

protected:
    V field(std::uint32_t number) override {
        if (number == WEFT_FIELD_X)
            return (consecutive(e, first) + 0.5) / static_cast<double>(plan_.width);
        if (number == WEFT_FIELD_COLUMN_TIME)
            return consecutive(e, first) / e.spread(frame_field(WEFT_FIELD_RATE));
        return e.spread(frame_field(number));
    }
    V column_index() override { return first; }
};

// Splits the entry block: values of the whole call go before the branch.
llvm::Instruction* close_entry(Emit& e) {
    llvm::Function* function = e.ir.GetInsertBlock()->getParent();
    auto* next = llvm::BasicBlock::Create(e.ir.getContext(), "begin", function);
    llvm::Instruction* branch = e.ir.CreateBr(next);
    e.ir.SetInsertPoint(next);
    return branch;
}

}  // namespace

void emit_scalars(KernelEmit& kernel) {
    llvm::IRBuilder<> ir(kernel.code.getContext());
    llvm::Function* function = begin_function(kernel, "scalars", {ir.getPtrTy()}, ir);
    Emit e(ir, kernel.code, kernel.machine, 1);
    Scalars region(e, kernel, function->getArg(0));
    region.entry_point = close_entry(e);
    region.run(kernel.tables.scalars);
    const V base = region.load_arg(offsetof(KernelArgs, scalars), e.ptr());
    for (std::size_t slot = 0; slot < kernel.tables.scalars.size(); ++slot) {
        V v = region.value(kernel.tables.scalars[slot]);
        if (v.integer()) v = e.from_int(v, e.f64());
        ir.CreateStore(v.v, ir.CreateConstInBoundsGEP1_64(e.f64(), base.v, slot));
    }
    ir.CreateRetVoid();
}

// rows(args, begin, end): row numbers.
void emit_rows(KernelEmit& kernel) {
    llvm::IRBuilder<> ir(kernel.code.getContext());
    llvm::Type* i64 = ir.getInt64Ty();
    llvm::Function* function = begin_function(kernel, "rows", {ir.getPtrTy(), i64, i64}, ir);
    // A call of a stream has few rows: half a vector of f32 is a whole one of f64.
    const unsigned lanes =
        kernel.plan.domain == WEFT_DOMAIN_STREAM ? kernel.machine.lanes / 2 : kernel.machine.lanes;
    Emit e(ir, kernel.code, kernel.machine, lanes);
    Rows region(e, kernel, function->getArg(0));
    region.entry_point = close_entry(e);
    const V base = region.load_arg(offsetof(KernelArgs, rows), e.ptr());
    const V stride = region.load_arg(offsetof(KernelArgs, row_stride), e.i64());
    const V first_row = region.load_arg(offsetof(KernelArgs, first_row), e.i64());
    counted_loop(e, e.wrap(function->getArg(1)), e.wrap(function->getArg(2)), e.lanes, [&](V row) {
        region.first = row;
        region.run(kernel.tables.rows);
        // One row's values stand together: lane by lane they go to different rows.
        const V numbers = e.spread(row - first_row) + e.to_i64(e.lane_numbers());
        const V offsets = numbers * e.spread(stride);
        for (std::size_t slot = 0; slot < kernel.tables.rows.size(); ++slot) {
            V v = region.value(kernel.tables.rows[slot]);
            if (v.integer()) v = e.from_int(v, e.f64());
            llvm::Type* element = region.row_element(kernel.plan.nodes[kernel.tables.rows[slot]]);
            if (element->isFloatTy()) v = e.to_f32(v);
            llvm::Value* column = ir.CreateConstInBoundsGEP1_64(e.f64(), base.v, slot);
            llvm::Value* to = ir.CreateGEP(ir.getInt8Ty(), column, offsets.v);
            ir.CreateMaskedScatter(e.spread(v).v, to, llvm::Align(4));
        }
    });
    ir.CreateRetVoid();
}

void emit_columns(KernelEmit& kernel, bool of_frame) {
    llvm::IRBuilder<> ir(kernel.code.getContext());
    llvm::Function* function =
        begin_function(kernel, of_frame ? "columns" : "static", {ir.getPtrTy()}, ir);
    Emit e(ir, kernel.code, kernel.machine, kernel.machine.lanes);
    Columns region(e, kernel, function->getArg(0));
    region.entry_point = close_entry(e);
    std::vector<std::uint32_t> nodes;
    std::vector<const ColumnSlot*> slots;
    for (const ColumnSlot& slot : kernel.tables.columns) {
        const bool fixed = (kernel.plan.nodes[slot.node].varies & ~WEFT_VARIES_COLUMN) == 0;
        if (fixed == of_frame) continue;
        nodes.push_back(slot.node);
        slots.push_back(&slot);
    }
    const V base = region.load_arg(offsetof(KernelArgs, columns), e.ptr());
    const V width = e.count(static_cast<std::int64_t>(kernel.plan.width));
    counted_loop(e, e.count(0), width, e.lanes, [&](V column) {
        region.first = column;
        region.run(nodes);
        for (const ColumnSlot* slot : slots) {
            V v = e.spread(region.value(slot->node));
            if (slot->element == Element::f32) v = e.to_f32(v);
            const unsigned size = slot->element == Element::f64 ? 8 : 4;
            llvm::Value* table =
                ir.CreateConstInBoundsGEP1_64(ir.getInt8Ty(), base.v, slot->offset);
            llvm::Value* to = ir.CreateInBoundsGEP(v.type()->getScalarType(), table, column.v);
            ir.CreateAlignedStore(v.v, to, llvm::Align(size));
        }
    });
    ir.CreateRetVoid();
}

}  // namespace weft::cpu

// Stores of a chunk: planes of floats, packed pixels. Where a row ends inside a chunk, only the
// lanes that exist are stored; without an instruction for it the chunk goes to a scratch and its
// part to the row. Either way every lane is computed by the same code.
#include "kernel_args.h"
#include "kernel_emit.h"

namespace weft::cpu {

struct StoreEmit::Destination {
    V real;      // pointer
    V partial;   // mask i1, null: never
    V existing;  // mask of the lanes that exist, where the processor stores these alone; null: all
    V chosen;    // pointer to store to
    std::uint64_t element = 0;
};

namespace {

std::uint64_t pixel_size(std::uint32_t format) {
    return format == WEFT_FORMAT_F64 || format == WEFT_FORMAT_RGBA16 ? 8 : 4;
}

const weft_axis* across(const weft_grid& grid, std::uint32_t domain) {
    if (domain == WEFT_DOMAIN_RASTER) return axis_of(grid, WEFT_FIELD_X);
    for (std::uint32_t i = 0; i < grid.axis_count; ++i)
        if (grid.axes[i].field != WEFT_FIELD_X && grid.axes[i].field != WEFT_FIELD_Y)
            return &grid.axes[i];
    return nullptr;
}

}  // namespace

std::string check_stores(const KernelEmit& kernel) {
    const Plan& plan = kernel.plan;
    for (const PlanStore& store : plan.stores) {
        const OutputShape& output = kernel.source.outputs[store.output];
        const bool packed =
            output.grid.format == WEFT_FORMAT_RGBA8 || output.grid.format == WEFT_FORMAT_RGBA16;
        if (packed && store.values.size() != 4) return "a packed store without four values";
        if (output.kind != WEFT_OUTPUT_TARGET && output.kind != WEFT_OUTPUT_CACHE)
            return "a store to an output that has no memory";
        if (plan.domain == WEFT_DOMAIN_STREAM && output.kind == WEFT_OUTPUT_CACHE) {
            const weft_axis* ring = ring_of(output.grid);
            if (ring == nullptr || ring->tick != WEFT_TICK_SAMPLE || output.grid.axis_count != 1)
                return "a stream that captures into something that is not a ring of samples";
            continue;
        }
        const weft_axis* x = across(output.grid, plan.domain);
        const std::uint64_t points = plan.domain == WEFT_DOMAIN_RASTER ? plan.width : 2;
        if (points > 1 && x == nullptr) return "a row stored to a grid without columns";
        if (points > 1 && x->stride != static_cast<std::int64_t>(pixel_size(output.grid.format)))
            return "a store with gaps between columns";
    }
    return {};
}

V StoreEmit::base_of(std::size_t store) {
    Emit& e = region_.e;
    const V bases = region_.load_arg(offsetof(KernelArgs, outputs), e.ptr());
    llvm::IRBuilderBase::InsertPointGuard guard(e.ir);
    if (region_.entry_point != nullptr) e.ir.SetInsertPoint(region_.entry_point);
    llvm::Value* at = e.ir.CreateConstInBoundsGEP1_64(e.ptr(), bases.v, store);
    return e.wrap(e.ir.CreateLoad(e.ptr(), at));
}

StoreEmit::Destination StoreEmit::destination(std::size_t store, std::uint32_t plane, V row,
                                              V column, V count) {
    Emit& e = region_.e;
    const PlanStore& s = kernel_.plan.stores[store];
    const OutputShape& output = kernel_.source.outputs[s.output];
    const bool raster = kernel_.plan.domain == WEFT_DOMAIN_RASTER;
    Destination to;
    to.element = pixel_size(output.grid.format);
    const V base = base_of(store);
    V offset = column;
    // A stream's target begins with the call's first sample.
    if (!raster)
        offset = offset + row * e.count(static_cast<std::int64_t>(kRow)) -
                 region_.load_arg(offsetof(KernelArgs, first_sample), e.i64());
    offset = offset * e.count(static_cast<std::int64_t>(to.element));
    const weft_axis* y = axis_of(output.grid, WEFT_FIELD_Y);
    if (y != nullptr && raster) offset = offset + row * e.count(y->stride);
    offset = offset + e.count(output.grid.channel_stride * plane);
    to.real = e.wrap(e.ir.CreateGEP(e.ir.getInt8Ty(), base.v, offset.v));
    to.chosen = to.real;
    bool mixed = false;
    for (const PlanStore& other : kernel_.plan.stores)
        mixed = mixed || kernel_.source.outputs[other.output].kind != output.kind;
    V aside;
    if (count && e.machine.avx512) {
        // A bit a lane, by scalar arithmetic: vectors are short of registers here.
        llvm::Value* missing = e.ir.CreateSub(e.ir.getInt64(e.lanes), count.v);
        llvm::Value* bits = e.ir.CreateLShr(e.ir.getInt64((1u << e.lanes) - 1), missing);
        bits = e.ir.CreateTrunc(bits, e.ir.getIntNTy(e.lanes));
        to.existing = e.wrap(e.ir.CreateBitCast(bits, e.wide(e.ir.getInt1Ty())));
    } else if (count) {
        aside = e.less_int(count, e.count(e.lanes));
    }
    to.partial = aside;
    if (mixed) {
        // A frame may ask for the caches alone, or for the targets alone.
        const V absent = e.wrap(e.ir.CreateIsNull(base.v));
        if (aside) to.partial = e.both(aside, e.negate(absent));
        aside = aside ? e.either(aside, absent) : absent;
    }
    if (aside) {
        llvm::Value* scratch = e.slot(llvm::ArrayType::get(e.ir.getInt8Ty(), e.lanes * 8));
        to.chosen = e.wrap(e.ir.CreateSelect(aside.v, scratch, to.real.v));
    }
    return to;
}

// Into a stream's cache: whole chunks, as what stands beyond the newest tick is never read. The
// ring's first row stands once more behind its end, so that rows can be read across it.
void StoreEmit::ring(std::size_t store, V column) {
    Emit& e = region_.e;
    const PlanStore& s = kernel_.plan.stores[store];
    const weft_grid& grid = kernel_.source.outputs[s.output].grid;
    const weft_axis* axis = ring_of(grid);
    const V value =
        region_.operand(s.values[0], grid.format == WEFT_FORMAT_F64 ? e.f64() : e.f32());
    // Without capture everything goes to one place that nobody reads.
    const V capture = region_.load_arg(offsetof(KernelArgs, capture), e.i64());
    const V base = base_of(store);
    V target;
    {
        llvm::IRBuilderBase::InsertPointGuard guard(e.ir);
        e.ir.SetInsertPoint(region_.entry_point);
        llvm::Value* scratch = e.slot(llvm::ArrayType::get(e.ir.getInt8Ty(), e.lanes * 8));
        target = e.wrap(e.ir.CreateSelect(e.ir.CreateIsNull(base.v), scratch, base.v));
    }
    const auto put = [&](V slot) {
        const V offset = e.both(slot * e.count(axis->stride), capture);
        e.ir.CreateAlignedStore(value.v, e.ir.CreateGEP(e.ir.getInt8Ty(), target.v, offset.v),
                                llvm::Align(4));
    };
    const V slot = region_.ring_slot(axis->capacity);
    put(slot + column);
    if (finished_later) return;
    const V capacity = e.count(static_cast<std::int64_t>(axis->capacity));
    put(e.select(e.same_int(slot, e.count(0)), capacity, slot) + column);
}

void StoreEmit::finish_ring(std::size_t store) {
    Emit& e = region_.e;
    const weft_axis* axis = ring_of(kernel_.source.outputs[kernel_.plan.stores[store].output].grid);
    const V capture = region_.load_arg(offsetof(KernelArgs, capture), e.i64());
    const V base = base_of(store);
    const V begins = e.same_int(region_.ring_slot(axis->capacity), e.count(0));
    const V wanted = e.both(begins, e.less_int(capture, e.count(0)));
    llvm::Function* function = e.ir.GetInsertBlock()->getParent();
    auto* copy = llvm::BasicBlock::Create(e.ir.getContext(), "mirror", function);
    auto* after = llvm::BasicBlock::Create(e.ir.getContext(), "whole", function);
    e.ir.CreateCondBr(wanted.v, copy, after);
    e.ir.SetInsertPoint(copy);
    const V end = e.count(static_cast<std::int64_t>(axis->capacity) * axis->stride);
    e.ir.CreateMemCpy(e.ir.CreateGEP(e.ir.getInt8Ty(), base.v, end.v), llvm::Align(8), base.v,
                      llvm::Align(8), static_cast<std::uint64_t>(kRingMirror * axis->stride));
    e.ir.CreateBr(after);
    e.ir.SetInsertPoint(after);
}

// Stores, then brings the existing part of a partial chunk to its place.
void StoreEmit::finish(const Destination& to, V value, V count) {
    Emit& e = region_.e;
    if (to.existing) {
        e.ir.CreateMaskedStore(value.v, to.chosen.v, llvm::Align(4), to.existing.v);
        return;
    }
    e.ir.CreateAlignedStore(value.v, to.chosen.v, llvm::Align(4));
    if (!to.partial) return;
    llvm::Function* function = e.ir.GetInsertBlock()->getParent();
    auto* copy = llvm::BasicBlock::Create(e.ir.getContext(), "partial", function);
    auto* after = llvm::BasicBlock::Create(e.ir.getContext(), "stored", function);
    e.ir.CreateCondBr(to.partial.v, copy, after);
    e.ir.SetInsertPoint(copy);
    const V bytes = count * e.count(static_cast<std::int64_t>(to.element));
    e.ir.CreateMemCpy(to.real.v, llvm::Align(4), to.chosen.v, llvm::Align(4), bytes.v);
    e.ir.CreateBr(after);
    e.ir.SetInsertPoint(after);
}

void StoreEmit::packed(std::size_t store, V row, V column, V count) {
    Emit& e = region_.e;
    const PlanStore& s = kernel_.plan.stores[store];
    const bool wide = kernel_.source.outputs[s.output].grid.format == WEFT_FORMAT_RGBA16;
    const double most = wide ? 65535.0 : 255.0;
    V pixel;
    // What is known is put in last: most pictures have an alpha of 1.
    std::uint64_t known = 0;
    for (unsigned c = 0; c < 4; ++c) {
        const unsigned place = c * (wide ? 16 : 8);
        // Round half up; values are within 0..1 already.
        const Node& node = kernel_.plan.nodes[s.values[c]];
        if (node.op == WEFT_OP_CONST && node.imm >= 0.0 && node.imm <= 1.0) {
            known |= static_cast<std::uint64_t>(node.imm * most + 0.5) << place;
            continue;
        }
        const V v = region_.operand(s.values[c], e.f32());
        const V level = e.fma(v, e.number(v, most), e.number(v, 0.5));
        V bits = e.to_i32(level);
        if (wide) bits = e.to_i64(bits);
        if (place > 0) bits = e.shift_left(bits, place);
        pixel = pixel ? e.either(pixel, bits) : bits;
    }
    const V constant = e.wrap(llvm::ConstantInt::get(e.wide(wide ? e.i64() : e.i32()), known));
    pixel = pixel ? e.either(pixel, constant) : constant;
    finish(destination(store, 0, row, column, count), pixel, count);
}

void StoreEmit::store(std::size_t store, V row, V column, V count) {
    Emit& e = region_.e;
    const PlanStore& s = kernel_.plan.stores[store];
    const OutputShape& output = kernel_.source.outputs[s.output];
    const std::uint32_t format = output.grid.format;
    if (kernel_.plan.domain == WEFT_DOMAIN_STREAM && output.kind == WEFT_OUTPUT_CACHE) {
        ring(store, column);
    } else if (format == WEFT_FORMAT_RGBA8 || format == WEFT_FORMAT_RGBA16) {
        packed(store, row, column, count);
    } else {
        llvm::Type* element = format == WEFT_FORMAT_F64 ? e.f64() : e.f32();
        for (std::uint32_t p = 0; p < s.values.size(); ++p)
            finish(destination(store, s.channel + p, row, column, count),
                   region_.operand(s.values[p], element), count);
    }
}

}  // namespace weft::cpu

// Values at free points: few<store> and many<store>(args, points, out), in f64. Few points go
// through scalar code, many through vectors; both compute the same.
#include "kernel_args.h"
#include "kernel_emit.h"

namespace weft::cpu {
namespace {

class ListPoints final : public Region {
public:
    ListPoints(Emit& emit, KernelEmit& kernel, llvm::Value* args, llvm::Value* points)
        : Region(emit, kernel.plan, kernel.source.inputs, kernel.tables, args, kPointMask, true),
          points_(points) {}
    V first;  // number of the point of lane 0
    V mask;   // lanes that exist

    // A pointer in weft_points.
    V member(std::size_t offset) {
        llvm::IRBuilderBase::InsertPointGuard guard(e.ir);
        e.ir.SetInsertPoint(entry_point);
        return load(points_, offset, e.ptr());
    }

protected:
    [[nodiscard]] bool is_leaf(std::uint32_t node) const override {
        const std::uint16_t op = plan_.nodes[node].op;
        return op == WEFT_OP_UNIFORM || op == WEFT_OP_PARAM;
    }

    V field(std::uint32_t number) override {
        const V constants = member(offsetof(weft_points, constants));
        V data, kept;
        {
            llvm::IRBuilderBase::InsertPointGuard guard(e.ir);
            e.ir.SetInsertPoint(entry_point);
            if (number == WEFT_FIELD_OWN) {
                data = member(offsetof(weft_points, own));
                kept = e.wrap(e.slot(e.f64()));
                e.ir.CreateStore(llvm::ConstantFP::get(e.f64(), 0.0), kept.v);
            } else {
                const V arrays = member(offsetof(weft_points, fields));
                data = load(arrays.v, number * sizeof(double), e.ptr());
                kept = e.wrap(e.ir.CreateConstInBoundsGEP1_64(e.f64(), constants.v, number));
            }
        }
        return array(data, kept);
    }

    V now(std::uint32_t tick) override {
        return field(tick == WEFT_TICK_FRAME ? WEFT_FIELD_ABSFRAME : WEFT_FIELD_ABSSAMPLE);
    }

private:
    V load(llvm::Value* base, std::size_t offset, llvm::Type* type) {
        return e.wrap(
            e.ir.CreateLoad(type, e.ir.CreateConstInBoundsGEP1_64(e.ir.getInt8Ty(), base, offset)));
    }

    // Numbers of the points from `data`; where it is null, the one at `kept` for all.
    V array(V data, V kept) {
        const V present = e.wrap(e.ir.CreateIsNotNull(data.v));
        llvm::Value* from = e.ir.CreateGEP(e.f64(), data.v, first.v);
        if (e.lanes == 1)
            return e.wrap(e.ir.CreateLoad(e.f64(), e.ir.CreateSelect(present.v, from, kept.v)));
        const V constant = e.wrap(e.ir.CreateLoad(e.f64(), kept.v));
        const V lanes = e.both(mask, e.spread(present));
        return e.wrap(e.ir.CreateMaskedLoad(e.wide(e.f64()), from, llvm::Align(8), lanes.v,
                                            e.spread(constant).v));
    }

    llvm::Value* points_;
};

// The loop over all points with code of one width.
void emit_loop(KernelEmit& kernel, llvm::Function* function, Emit& e, V count,
               const PlanStore& store) {
    ListPoints region(e, kernel, function->getArg(0), function->getArg(1));
    auto* begin = llvm::BasicBlock::Create(e.ir.getContext(), "begin", function);
    region.entry_point = e.ir.CreateBr(begin);
    region.preset_arg(offsetof(KernelArgs, params), region.member(offsetof(weft_points, params)));
    e.ir.SetInsertPoint(begin);
    counted_loop(e, e.count(0), count, e.lanes, [&](V point) {
        region.first = point;
        if (e.lanes > 1) {
            const V left = e.to_i32(e.min_int(count - point, e.count(e.lanes)));
            region.mask = e.less_int(e.lane_numbers(), e.spread(left));
        }
        region.run(store.values);
        const V v = region.operand(store.values[0], e.f64());
        llvm::Value* to = e.ir.CreateInBoundsGEP(e.f64(), function->getArg(2), point.v);
        if (e.lanes == 1) {
            e.ir.CreateStore(v.v, to);
        } else {
            e.ir.CreateMaskedStore(v.v, to, llvm::Align(8), region.mask.v);
        }
    });
}

}  // namespace

// Few points and many are functions of their own: one point must not pay for saving vectors.
std::string emit_points(KernelEmit& kernel) {
    for (std::size_t s = 0; s < kernel.plan.stores.size(); ++s) {
        const PlanStore& store = kernel.plan.stores[s];
        if (store.values.size() != 1) return "a store of several values at free points";
        for (const bool many : {false, true}) {
            llvm::IRBuilder<> ir(kernel.code.getContext());
            const std::string name = (many ? "many" : "few") + std::to_string(s);
            llvm::Function* function = begin_function(
                kernel, name.c_str(), {ir.getPtrTy(), ir.getPtrTy(), ir.getPtrTy()}, ir);
            Emit e(ir, kernel.code, kernel.machine, many ? kernel.machine.lanes : 1);
            llvm::Value* at = ir.CreateConstInBoundsGEP1_64(ir.getInt8Ty(), function->getArg(1),
                                                            offsetof(weft_points, count));
            const V count = e.wrap(ir.CreateLoad(ir.getInt64Ty(), at));
            emit_loop(kernel, function, e, count, store);
            ir.CreateRetVoid();
        }
    }
    return {};
}

}  // namespace weft::cpu

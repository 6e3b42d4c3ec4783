// Values at free points: few<store> and many<store>(args, points, out), in f64. Few points go
// through scalar code, many through vectors; all compute the same. Most callers move x and y and
// nothing else: then whatever does not hang on these two is computed once a call.
#include "kernel_points.h"

#include <algorithm>

#include "kernel_args.h"
#include "kernel_emit.h"

namespace weft::cpu {

// --- what a store asks for -----------------------------------------------------------------------

// The nodes that `root` needs.
static std::vector<bool> reach(const Plan& plan, std::uint32_t root) {
    std::vector<bool> reached(plan.nodes.size());
    std::vector<std::uint32_t> open = {root};
    while (!open.empty()) {
        const std::uint32_t node = open.back();
        open.pop_back();
        if (node == kNoNode || reached[node]) continue;
        reached[node] = true;
        const Node& n = plan.nodes[node];
        open.insert(open.end(), n.args.begin(), n.args.end());
        if (n.op != WEFT_OP_LOOP) continue;
        const std::vector<std::uint32_t>& next = plan.loops[n.aux].next;
        open.insert(open.end(), next.begin(), next.end());
    }
    return reached;
}

// The ring that a node reads at the point's tick, or null.
static const weft_axis* ring_read_by(const Plan& plan, const std::vector<InputShape>& inputs,
                                     const Node& node) {
    if (node.op == kOpGetter) return ring_of(inputs[node.aux].grid);
    if (node.op != kOpLow) return nullptr;
    const weft_axis& axis = plan.places[node.aux].axis;
    return axis.wrap == WEFT_WRAP_RING ? &axis : nullptr;
}

PointsNeed need_of(const Plan& plan, const std::vector<InputShape>& inputs, std::uint32_t root) {
    PointsNeed need;
    const std::vector<bool> reached = reach(plan, root);
    std::vector<bool> moving(plan.nodes.size());
    for (std::uint32_t node = 0; node < plan.nodes.size(); ++node) {
        if (!reached[node]) continue;
        const Node& n = plan.nodes[node];
        if (n.op == WEFT_OP_FIELD) need.fields.insert(n.aux);
        if (const weft_axis* ring = ring_read_by(plan, inputs, n))
            need.fields.insert(tick_field(*ring));
        // A loop stays with its points, whatever it computes.
        bool moves = n.loop != kNoNode || n.op == WEFT_OP_LOOP || n.op == kOpGetter;
        moves |= n.op == WEFT_OP_FIELD && moves_in_plane(n.aux);
        for (const std::uint32_t arg : n.args) moves |= arg != kNoNode && moving[arg];
        moving[node] = moves;
        if (moves) continue;
        need.still.push_back(node);
        need.has_plane |= n.op != WEFT_OP_CONST && n.op != WEFT_OP_FIELD && n.op != WEFT_OP_PARAM &&
                          n.op != WEFT_OP_UNIFORM;
    }
    need.has_plane &= std::any_of(need.fields.begin(), need.fields.end(), moves_in_plane);
    return need;
}

namespace {

// --- one point at a time -------------------------------------------------------------------------

class Points : public Region {
public:
    Points(Emit& emit, KernelEmit& kernel, llvm::Value* args, llvm::Value* points)
        : Region(emit, kernel.plan, kernel.source.inputs, kernel.tables, args, kPointMask, true),
          points_(points) {}
    V first;  // number of the point of lane 0

    // A member of weft_points.
    V member(std::size_t offset, llvm::Type* type) {
        llvm::IRBuilderBase::InsertPointGuard guard(e.ir);
        e.ir.SetInsertPoint(entry_point);
        return load(points_, offset, type);
    }
    // Where the array of a field begins; null: it has none.
    V array_of(std::uint32_t number) {
        if (number == WEFT_FIELD_OWN) return member(offsetof(weft_points, own), e.ptr());
        const V arrays = member(offsetof(weft_points, fields), e.ptr());
        llvm::IRBuilderBase::InsertPointGuard guard(e.ir);
        e.ir.SetInsertPoint(entry_point);
        return load(arrays.v, number * sizeof(double), e.ptr());
    }
    // Where the number stands that holds for a field without an array.
    V constant_of(std::uint32_t number) {
        const V constants = member(offsetof(weft_points, constants), e.ptr());
        llvm::IRBuilderBase::InsertPointGuard guard(e.ir);
        e.ir.SetInsertPoint(entry_point);
        if (number != WEFT_FIELD_OWN)
            return e.wrap(e.ir.CreateConstInBoundsGEP1_64(e.f64(), constants.v, number));
        const V zero = e.wrap(e.slot(e.f64()));
        e.ir.CreateStore(llvm::ConstantFP::get(e.f64(), 0.0), zero.v);
        return zero;
    }

protected:
    [[nodiscard]] bool is_leaf(std::uint32_t node) const override {
        const std::uint16_t op = plan_.nodes[node].op;
        return op == WEFT_OP_UNIFORM || op == WEFT_OP_PARAM;
    }
    V field(std::uint32_t number) override {
        const V array = array_of(number);
        const V constant = constant_of(number);
        llvm::Value* from = e.ir.CreateGEP(e.f64(), array.v, first.v);
        llvm::Value* at = e.ir.CreateSelect(e.ir.CreateIsNotNull(array.v), from, constant.v);
        return e.wrap(e.ir.CreateLoad(e.f64(), at));
    }
    V now(std::uint32_t tick) override {
        return field(tick == WEFT_TICK_FRAME ? WEFT_FIELD_ABSFRAME : WEFT_FIELD_ABSSAMPLE);
    }

    V load(llvm::Value* base, std::size_t offset, llvm::Type* type) {
        return e.wrap(
            e.ir.CreateLoad(type, e.ir.CreateConstInBoundsGEP1_64(e.ir.getInt8Ty(), base, offset)));
    }

private:
    llvm::Value* points_;
};

// --- vectors of points ---------------------------------------------------------------------------

// The arrays are read in whole vectors; what is left over is brought into a vector of its own
// first, and so is the constant of a field without an array.
class PointVectors final : public Points {
public:
    // `plane`: x and y have arrays, nothing else has.
    PointVectors(Emit& emit, KernelEmit& kernel, llvm::Value* args, llvm::Value* points, bool plane)
        : Points(emit, kernel, args, points), plane_(plane) {}

    // Before the loops; `whole` points fill vectors, `left` more do not.
    void open(const PointsNeed& need, V whole, V left) {
        const V lanes = e.less_int(e.lane_numbers(), e.spread(e.to_i32(left)));
        for (const std::uint32_t number : need.fields) {
            if (!is_array(number)) continue;
            Array& array = arrays_[number];
            const V data = array_of(number);
            const V present = e.wrap(e.ir.CreateIsNotNull(data.v));
            const V constant = e.wrap(e.ir.CreateLoad(e.f64(), constant_of(number).v));
            llvm::Value* rest = e.ir.CreateGEP(e.f64(), data.v, whole.v);
            llvm::Value* slot = e.slot(e.wide(e.f64()));
            e.ir.CreateStore(
                e.ir.CreateMaskedLoad(e.wide(e.f64()), rest, llvm::Align(8),
                                      e.both(lanes, e.spread(present)).v, e.spread(constant).v),
                slot);
            const V step = e.count(sizeof(double));
            array.step = plane_ ? step : e.select(present, step, e.count(0));
            array.whole = e.wrap(e.ir.CreateSelect(present.v, data.v, slot));
            const V back = e.count(0) - whole * array.step;
            array.rest = e.wrap(e.ir.CreateGEP(e.ir.getInt8Ty(), slot, back.v));
        }
    }
    // Before a loop over whole vectors, or over the one that is left.
    void choose(V rest) {
        for (auto& [number, array] : arrays_)
            array.now = e.wrap(e.ir.CreateSelect(rest.v, array.rest.v, array.whole.v));
    }

protected:
    V field(std::uint32_t number) override {
        const auto found = arrays_.find(number);
        if (found != arrays_.end()) {
            const V offset = first * found->second.step;
            llvm::Value* at = e.ir.CreateGEP(e.ir.getInt8Ty(), found->second.now.v, offset.v);
            return e.wrap(e.ir.CreateAlignedLoad(e.wide(e.f64()), at, llvm::Align(8)));
        }
        if (number == WEFT_FIELD_OWN) return e.scalar(0.0);
        return e.wrap(e.ir.CreateLoad(e.f64(), constant_of(number).v));
    }

private:
    struct Array {
        V step;  // bytes from point to point
        V whole, rest, now;
    };

    [[nodiscard]] bool is_array(std::uint32_t number) const {
        return !plane_ || moves_in_plane(number);
    }

    bool plane_;
    std::map<std::uint32_t, Array> arrays_;
};

class PointsEmit {
public:
    PointsEmit(KernelEmit& kernel, std::size_t store)
        : kernel_(kernel),
          store_(store),
          root_(kernel.plan.stores[store].values[0]),
          need_(need_of(kernel.plan, kernel.source.inputs, root_)) {}

    void few();
    void many();

private:
    llvm::Function* begin(const char* part, llvm::IRBuilder<>& ir) {
        const std::string name = part + std::to_string(store_);
        return begin_function(kernel_, name.c_str(), {ir.getPtrTy(), ir.getPtrTy(), ir.getPtrTy()},
                              ir);
    }
    // A block before which a region puts what holds for the whole call.
    void enter(Points& region) {
        Emit& e = region.e;
        llvm::Function* function = e.ir.GetInsertBlock()->getParent();
        auto* next = llvm::BasicBlock::Create(e.ir.getContext(), "begin", function);
        region.entry_point = e.ir.CreateBr(next);
        e.ir.SetInsertPoint(next);
        region.preset_arg(offsetof(KernelArgs, params),
                          region.member(offsetof(weft_points, params), e.ptr()));
    }
    void vectors(Emit& e, llvm::Function* function, bool plane);
    llvm::Value* only_plane_moves(Points& region);

    KernelEmit& kernel_;
    std::size_t store_;
    std::uint32_t root_;
    PointsNeed need_;
};

void PointsEmit::few() {
    llvm::IRBuilder<> ir(kernel_.code.getContext());
    llvm::Function* function = begin("few", ir);
    Emit e(ir, kernel_.code, kernel_.machine, 1);
    Points region(e, kernel_, function->getArg(0), function->getArg(1));
    enter(region);
    const V count = region.member(offsetof(weft_points, count), e.i64());
    counted_loop(e, e.count(0), count, 1, [&](V point) {
        region.first = point;
        region.run({root_});
        const V v = region.operand(root_, e.f64());
        e.ir.CreateStore(v.v, e.ir.CreateInBoundsGEP(e.f64(), function->getArg(2), point.v));
    });
    ir.CreateRetVoid();
}

void PointsEmit::vectors(Emit& e, llvm::Function* function, bool plane) {
    PointVectors region(e, kernel_, function->getArg(0), function->getArg(1), plane);
    enter(region);
    const V lanes = e.count(e.lanes);
    const V count = region.member(offsetof(weft_points, count), e.i64());
    const V left = e.both(count, e.count(e.lanes - 1));
    const V whole = count - left;
    region.open(need_, whole, left);
    if (plane) region.run(need_.still);
    llvm::Value* out = function->getArg(2);
    llvm::Value* out_rest = e.slot(e.wide(e.f64()));
    const V some_left = e.wrap(e.ir.CreateZExt(e.ir.CreateIsNotNull(left.v), e.i64()));
    counted_loop(e, e.count(0), e.count(1) + some_left, 1, [&](V turn) {
        const V rest = e.same_int(turn, e.count(1));
        region.choose(rest);
        llvm::Value* before = e.ir.CreateGEP(e.f64(), out_rest, (e.count(0) - whole).v);
        llvm::Value* to = e.ir.CreateSelect(rest.v, before, out);
        const V begin = e.select(rest, whole, e.count(0));
        const V end = e.select(rest, whole + lanes, whole);
        counted_loop(e, begin, end, e.lanes, [&](V point) {
            region.first = point;
            region.run({root_});
            const V v = e.spread(region.operand(root_, e.f64()));
            e.ir.CreateAlignedStore(v.v, e.ir.CreateGEP(e.f64(), to, point.v), llvm::Align(8));
        });
    });
    const V last = e.wrap(e.ir.CreateLoad(e.wide(e.f64()), out_rest));
    const V exist = e.less_int(e.lane_numbers(), e.spread(e.to_i32(left)));
    e.ir.CreateMaskedStore(last.v, e.ir.CreateGEP(e.f64(), out, whole.v), llvm::Align(8), exist.v);
    e.ir.CreateRetVoid();
}

// i1: every field that stands still in a plane has no array, and x and y have one.
llvm::Value* PointsEmit::only_plane_moves(Points& region) {
    llvm::IRBuilder<>& ir = region.e.ir;
    llvm::Value* all = ir.getTrue();
    for (const std::uint32_t number : need_.fields) {
        llvm::Value* array = region.array_of(number).v;
        llvm::Value* fits =
            moves_in_plane(number) ? ir.CreateIsNotNull(array) : ir.CreateIsNull(array);
        all = ir.CreateAnd(all, fits);
    }
    return all;
}

void PointsEmit::many() {
    llvm::IRBuilder<> ir(kernel_.code.getContext());
    llvm::Function* function = begin("many", ir);
    // All is f64: half as many lanes fill a vector.
    Emit e(ir, kernel_.code, kernel_.machine, std::max(4u, kernel_.machine.lanes / 2));
    if (need_.has_plane) {
        Points fields(e, kernel_, function->getArg(0), function->getArg(1));
        enter(fields);
        auto* plane = llvm::BasicBlock::Create(ir.getContext(), "plane", function);
        auto* any = llvm::BasicBlock::Create(ir.getContext(), "any", function);
        ir.CreateCondBr(only_plane_moves(fields), plane, any);
        ir.SetInsertPoint(plane);
        vectors(e, function, true);
        ir.SetInsertPoint(any);
    }
    vectors(e, function, false);
}

}  // namespace

// Few points and many are functions of their own: one point must not pay for saving vectors.
std::string emit_points(KernelEmit& kernel) {
    for (std::size_t s = 0; s < kernel.plan.stores.size(); ++s) {
        if (kernel.plan.stores[s].values.size() != 1)
            return "a store of several values at free points";
        PointsEmit points(kernel, s);
        points.few();
        points.many();
    }
    return {};
}

}  // namespace weft::cpu

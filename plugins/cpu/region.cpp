// Values in the order of the plan: leaves from tables, operators by their emitters, loops.
#include "region.h"

#include <algorithm>

#include "emit_ops.h"
#include "kernel_args.h"

namespace weft::cpu {

V Region::load_arg(std::size_t offset, llvm::Type* type) {
    const auto at = static_cast<std::uint32_t>(offset);
    const auto found = args_loaded_.find(at);
    if (found != args_loaded_.end()) return found->second;
    llvm::IRBuilderBase::InsertPointGuard guard(e.ir);
    if (entry_point != nullptr) e.ir.SetInsertPoint(entry_point);
    llvm::Value* from = e.ir.CreateConstInBoundsGEP1_64(e.ir.getInt8Ty(), args_, at);
    const V loaded = e.wrap(e.ir.CreateLoad(type, from));
    args_loaded_[at] = loaded;
    return loaded;
}

V Region::cancelled() {
    const V first = load_arg(offsetof(KernelArgs, cancel), e.ptr());
    const V second = load_arg(offsetof(KernelArgs, stop), e.ptr());
    llvm::Value* a = e.ir.CreateLoad(e.i32(), first.v, true);
    llvm::Value* b = e.ir.CreateLoad(e.i32(), second.v, true);
    return e.wrap(e.ir.CreateICmpNE(e.ir.CreateOr(a, b), e.ir.getInt32(0)));
}

bool Region::is_leaf(std::uint32_t node) const {
    const Node& n = plan_.nodes[node];
    if (n.op == WEFT_OP_UNIFORM || n.op == WEFT_OP_PARAM) return true;
    if (n.op == WEFT_OP_FIELD) return class_of(n) != class_;
    // What stands in a loop's body may change with every turn, whatever it varies with.
    return n.op != WEFT_OP_CONST && n.loop == kNoNode && class_of(n) != class_;
}

bool Region::inside(std::uint32_t node, std::uint32_t loop) const {
    for (std::uint32_t at = plan_.nodes[node].loop; at != kNoNode; at = plan_.loops[at].parent)
        if (at == loop) return true;
    return false;
}

// What must be emitted for `roots`, in order; for a loop's body only what is inside it. A loop
// itself stands for its body: what the body uses from outside is needed before it.
std::vector<std::uint32_t> Region::needed(const std::vector<std::uint32_t>& roots,
                                          std::uint32_t loop) const {
    std::vector<std::uint32_t> list;
    std::vector<bool> seen(plan_.nodes.size());
    std::vector<std::uint32_t> open;
    const auto visit = [&](std::uint32_t node) {
        if (node == kNoNode || seen[node]) return;
        seen[node] = true;
        open.push_back(node);
    };
    for (const std::uint32_t root : roots) visit(root);
    while (!open.empty()) {
        const std::uint32_t node = open.back();
        open.pop_back();
        const Node& n = plan_.nodes[node];
        const bool here = loop == kNoNode || inside(node, loop);
        // Nodes of a loop inside are passed through: they are emitted with it.
        const bool deeper =
            n.loop != loop && (loop == kNoNode || inside(node, loop)) && n.loop != kNoNode;
        if (here && !deeper && !memo_[node]) list.push_back(node);
        if (!here || memo_[node] || is_leaf(node)) continue;
        for (const std::uint32_t arg : n.args) visit(arg);
        if (n.op == WEFT_OP_LOOP)
            for (const std::uint32_t next : plan_.loops[n.aux].next) visit(next);
    }
    std::sort(list.begin(), list.end());
    return list;
}

// Written in place, an expensive operator is some dozens of instructions and milliseconds of
// compilation; beyond so many the code no longer fits the caches either.
constexpr std::size_t kManyExpensive = 64;

void Region::run(const std::vector<std::uint32_t>& roots) {
    const auto nodes = needed(roots, open_.empty() ? kNoNode : open_.back().loop);
    const auto expensive = std::count_if(nodes.begin(), nodes.end(), [&](std::uint32_t node) {
        return is_expensive(plan_.nodes[node].op);
    });
    calls = calls || static_cast<std::size_t>(expensive) > kManyExpensive;
    for (const std::uint32_t node : nodes) compute(node);
}

void Region::forget(std::size_t since) {
    for (std::size_t i = since; i < trail_.size(); ++i) memo_[trail_[i]] = {};
    trail_.resize(since);
}

void Region::compute(std::uint32_t node) {
    if (memo_[node]) return;
    const Node& n = plan_.nodes[node];
    V made;
    if (is_leaf(node)) {
        made = leaf(node);
    } else {
        switch (n.op) {
            case WEFT_OP_CONST: made = e.scalar(n.imm); break;
            case WEFT_OP_FIELD: made = field(n.aux); break;
            case WEFT_OP_LOOP:
                emit_loop(node);
                made = e.scalar(0.0);
                break;
            case WEFT_OP_LOOP_INDEX:
            case WEFT_OP_LOOP_CARRIED: {
                const std::uint32_t loop = plan_.nodes[n.args[0]].aux;
                const auto at = std::find_if(open_.begin(), open_.end(),
                                             [&](const OpenLoop& o) { return o.loop == loop; });
                made = n.op == WEFT_OP_LOOP_INDEX ? at->index : at->carried[n.aux];
                break;
            }
            case WEFT_OP_LOOP_RESULT: made = results_[plan_.nodes[n.args[0]].aux][n.aux]; break;
            case kOpLow:
            case kOpHigh:
            case kOpFraction:
            case kOpShift: made = position(n); break;
            case kOpRead: made = read(n); break;
            case kOpReadLine: made = read_line(n); break;
            case kOpGetter: made = read_getter(n); break;
            default: made = operate(node); break;
        }
    }
    memo_[node] = made;
    trail_.push_back(node);
}

V Region::operand(std::uint32_t node, llvm::Type* element) {
    const V v = memo_[node];
    const bool convert = v.type()->getScalarType() != element && !v.integer();
    if (!convert && (v.vector() || e.lanes == 1)) return v;
    const auto key = std::make_pair(node, element);
    const auto found = spread_.find(key);
    if (found != spread_.end()) return found->second;
    const auto turn = [&](V x) {
        if (convert) x = element->isDoubleTy() ? e.to_f64(x) : e.to_f32(x);
        return e.spread(x);
    };
    if (llvm::isa<llvm::Constant>(v.v)) return turn(v);
    // A leaf is turned where it was loaded, once; another value where it is used.
    const bool in_place = rows_in_place && class_of(plan_.nodes[node]) == WEFT_VARIES_ROW;
    if (!v.vector() && is_leaf(node) && !in_place) {
        llvm::IRBuilderBase::InsertPointGuard guard(e.ir);
        llvm::Instruction* point =
            class_of(plan_.nodes[node]) == 0 || row_point == nullptr ? entry_point : row_point;
        if (point != nullptr) e.ir.SetInsertPoint(point);
        return spread_[key] = turn(v);
    }
    return turn(v);
}

// A sine and a cosine of the same angle are computed together; then both nodes have their value.
bool Region::operate_pair(std::uint32_t node, V arg) {
    const std::uint32_t other = plan_.twin(node);
    if (other == kNoNode || memo_[other] || is_leaf(other)) return false;
    V sine, cosine;
    if (calls) {
        call_sin_cos(arg, sine, cosine);
    } else {
        ops::sin_cos(arg, sine, cosine);
    }
    for (const std::uint32_t n : {node, other}) {
        V made = plan_.nodes[n].op == WEFT_OP_SIN ? sine : cosine;
        if (made.vector() && !exact_ && !plan_.nodes[n].f64 && made.f64()) made = e.to_f32(made);
        memo_[n] = made;
    }
    trail_.push_back(other);
    return true;
}

// a * b + c in one step where the product has no other use: one rounding less.
V Region::fuse(const Node& n, llvm::Type* element) {
    if (n.op != WEFT_OP_ADD && n.op != WEFT_OP_SUB) return {};
    const auto product = [&](std::size_t i) {
        return plan_.nodes[n.args[i]].op == WEFT_OP_MUL && !is_leaf(n.args[i]) &&
               (memo_[n.args[i]].vector() || e.lanes == 1);
    };
    if ((!product(0) && !product(1)) || !e.machine.fma) return {};
    if (product(0) && product(1)) {
        // Two products that may be equal must cancel: only those of unrelated factors are fused.
        const std::vector<std::uint32_t>& l = plan_.nodes[n.args[0]].args;
        const std::vector<std::uint32_t>& r = plan_.nodes[n.args[1]].args;
        const bool related = l[0] == r[0] || l[0] == r[1] || l[1] == r[0] || l[1] == r[1];
        if (n.op == WEFT_OP_SUB || related) return {};
    }
    const std::size_t which = product(1) && plan_.used_once(n.args[1]) ? 1 : 0;
    if (!product(which)) return {};
    const std::uint32_t mul = n.args[which];
    if (!plan_.used_once(mul)) return {};
    const Node& m = plan_.nodes[mul];
    if (memo_[mul].type()->getScalarType() != element) return {};
    V a = operand(m.args[0], element);
    const V b = operand(m.args[1], element);
    V c = operand(n.args[1 - which], element);
    if (n.op == WEFT_OP_SUB) {
        if (which == 0) c = -c;
        if (which == 1) a = -a;
    }
    return e.fma(a, b, c);
}

V Region::operate(std::uint32_t node) {
    const Node& n = plan_.nodes[node];
    V args[3];
    bool wide = exact_ || n.f64;
    bool vector = false;
    for (std::size_t i = 0; i < n.args.size(); ++i) {
        const V v = memo_[n.args[i]];
        vector = vector || v.vector();
        // Computed in the widest operand's precision, then narrowed: a difference or a periodic
        // function makes small what was large.
        wide = wide || (v.vector() && v.f64() && !(n.op == WEFT_OP_SELECT && i == 0));
    }
    llvm::Type* element = wide || !vector ? e.f64() : e.f32();
    for (std::size_t i = 0; i < n.args.size(); ++i) {
        const V v = memo_[n.args[i]];
        if (!vector) {
            args[i] = v;
        } else if (n.op == WEFT_OP_SELECT && i == 0) {
            args[i] = operand(n.args[i], v.vector() ? v.type()->getScalarType() : element);
        } else {
            args[i] = operand(n.args[i], element);
        }
    }
    if ((n.op == WEFT_OP_SIN || n.op == WEFT_OP_COS) && operate_pair(node, args[0]))
        return memo_[node];
    V made;
    if (n.op == WEFT_OP_POW && plan_.nodes[n.args[1]].op == WEFT_OP_CONST)
        made = ops::pow_constant(args[0], plan_.nodes[n.args[1]].imm);
    if (n.op == WEFT_OP_DIV && vector && plan_.nodes[n.args[1]].op == WEFT_OP_CONST)
        made = ops::div_constant(args[0], plan_.nodes[n.args[1]].imm);
    if (!made && (vector || (e.lanes == 1 && class_ == kPointMask))) made = fuse(n, element);
    if (!made) made = calls || is_bulky(n.op) ? call_op(n.op, args) : emit_op(n.op, args);
    if (vector && !exact_ && !n.f64 && made.f64()) made = e.to_f32(made);
    return made;
}

V Region::leaf(std::uint32_t node) {
    const Node& n = plan_.nodes[node];
    const std::uint8_t klass = class_of(n);
    const bool integer = n.op == kOpLow || n.op == kOpHigh || n.op == kOpShift;
    if (klass == WEFT_VARIES_COLUMN) {
        const Element element =
            integer ? Element::i32 : (n.f64 || exact_ ? Element::f64 : Element::f32);
        const std::uint64_t padded = (plan_.width + 2 * e.machine.lanes) / 16 * 16 + 16;
        return column_leaf(tables_.column_slot(node, element, padded));
    }
    const llvm::IRBuilderBase::InsertPoint guard_position = e.ir.saveIP();
    llvm::IRBuilderBase::InsertPointGuard guard(e.ir);
    V loaded;
    if (klass == 0) {
        if (n.op == WEFT_OP_FIELD) return frame_field(n.aux);
        std::size_t table = offsetof(KernelArgs, scalars);
        std::uint32_t slot = n.aux;
        if (n.op == WEFT_OP_UNIFORM) {
            table = offsetof(KernelArgs, uniforms);
        } else if (n.op == WEFT_OP_PARAM) {
            table = offsetof(KernelArgs, params);
        } else {
            slot = tables_.scalar_slot(node);
        }
        const V base = load_arg(table, e.ptr());
        if (entry_point != nullptr) e.ir.SetInsertPoint(entry_point);
        loaded = e.wrap(
            e.ir.CreateLoad(e.f64(), e.ir.CreateConstInBoundsGEP1_64(e.f64(), base.v, slot)));
        return integer ? e.to_i32(loaded) : loaded;
    }
    if (row_point != nullptr) e.ir.SetInsertPoint(row_point);
    if (!row_base_) {
        const V base = load_arg(offsetof(KernelArgs, rows), e.ptr());
        const V stride = load_arg(offsetof(KernelArgs, row_stride), e.i64());
        row_base_ =
            e.wrap(e.ir.CreateInBoundsGEP(e.ir.getInt8Ty(), base.v, (row_index() * stride).v));
    }
    if (rows_in_place) e.ir.restoreIP(guard_position);
    llvm::Value* at = e.ir.CreateConstInBoundsGEP1_64(e.f64(), row_base_.v, tables_.row_slot(node));
    loaded = e.wrap(e.ir.CreateLoad(row_element(n), at));
    return integer ? e.to_i32(loaded) : e.to_f64(loaded);
}

// How a node's table over the rows stores it.
llvm::Type* Region::row_element(const Node& node) {
    const bool integer = node.op == kOpLow || node.op == kOpHigh || node.op == kOpShift;
    return node.f64 || integer ? e.f64() : e.f32();
}

// Many values of a row do not fit into registers: then each is broadcast from memory where it is
// used.
bool Region::many_rows() const {
    constexpr std::size_t kMany = 20;
    std::vector<bool> seen(plan_.nodes.size());
    std::size_t count = 0;
    for (const Node& node : plan_.nodes) {
        if (class_of(node) != kPointMask) continue;
        for (const std::uint32_t arg : node.args) {
            if (arg == kNoNode || seen[arg] || class_of(plan_.nodes[arg]) != WEFT_VARIES_ROW)
                continue;
            seen[arg] = true;
            ++count;
        }
    }
    return count > kMany;
}

V Region::frame_field(std::uint32_t field) {
    const V base = load_arg(offsetof(KernelArgs, fields), e.ptr());
    llvm::IRBuilderBase::InsertPointGuard guard(e.ir);
    if (entry_point != nullptr) e.ir.SetInsertPoint(entry_point);
    return e.wrap(
        e.ir.CreateLoad(e.f64(), e.ir.CreateConstInBoundsGEP1_64(e.f64(), base.v, field)));
}

V Region::column_value(const ColumnSlot& slot, V index) {
    const V base = load_arg(offsetof(KernelArgs, columns), e.ptr());
    llvm::Type* element = slot.element == Element::f64   ? e.f64()
                          : slot.element == Element::f32 ? e.f32()
                                                         : e.i32();
    llvm::Value* table = e.ir.CreateConstInBoundsGEP1_64(e.ir.getInt8Ty(), base.v, slot.offset);
    llvm::Value* at = e.ir.CreateInBoundsGEP(element, table, index.v);
    const auto align = llvm::Align(slot.element == Element::f64 ? 8 : 4);
    return e.wrap(e.ir.CreateAlignedLoad(e.wide(element), at, align));
}

V Region::ring_start(std::uint32_t tick) {
    const std::size_t offset =
        tick == WEFT_TICK_FRAME ? offsetof(KernelArgs, frame) : offsetof(KernelArgs, sample_tick);
    return load_arg(offset, e.i64());
}

V Region::now(std::uint32_t tick) {
    return e.from_int(ring_start(tick), e.f64());
}

V Region::first_tick() {
    return {};
}
V Region::row_index() {
    return {};
}
V Region::column_leaf(const ColumnSlot&) {
    return {};
}
V Region::column_index() {
    return {};
}

llvm::Type* Region::loop_type(const PlanLoop& loop, std::size_t carried) {
    bool wide = exact_ || plan_.nodes[loop.next[carried]].f64;
    for (const Node& n : plan_.nodes)
        if ((n.op == WEFT_OP_LOOP_CARRIED || n.op == WEFT_OP_LOOP_RESULT) && n.aux == carried &&
            n.args[0] == loop.node)
            wide = wide || n.f64;
    return wide ? e.f64() : e.f32();
}

void Region::emit_loop(std::uint32_t node) {
    const Node& n = plan_.nodes[node];
    const PlanLoop& loop = plan_.loops[n.aux];
    const V from = memo_[n.args[0]];
    const V to = memo_[n.args[1]];
    const bool lanes = e.lanes > 1;
    std::vector<llvm::Type*> elements;
    std::vector<V> initial;
    for (std::size_t i = 0; i < loop.next.size(); ++i) {
        elements.push_back(lanes ? loop_type(loop, i) : e.f64());
        initial.push_back(operand(n.args[2 + i], elements.back()));
    }
    llvm::Function* function = e.ir.GetInsertBlock()->getParent();
    llvm::LLVMContext& context = e.ir.getContext();
    llvm::BasicBlock* before = e.ir.GetInsertBlock();
    auto* head = llvm::BasicBlock::Create(context, "turn", function);
    auto* poll = llvm::BasicBlock::Create(context, "poll", function);
    auto* body = llvm::BasicBlock::Create(context, "body", function);
    auto* exit = llvm::BasicBlock::Create(context, "done", function);
    e.ir.CreateBr(head);

    e.ir.SetInsertPoint(head);
    llvm::PHINode* turn = e.ir.CreatePHI(e.f64(), 2);
    turn->addIncoming(llvm::ConstantFP::get(e.f64(), 0.0), before);
    OpenLoop open{n.aux, {}, {}};
    std::vector<llvm::PHINode*> carried;
    for (const V& v : initial) {
        carried.push_back(e.ir.CreatePHI(v.type(), 2));
        carried.back()->addIncoming(v.v, before);
        open.carried.push_back(e.wrap(carried.back()));
    }
    open.index = from + e.wrap(turn);
    const V active = e.at_most(open.index, to);
    e.ir.CreateCondBr(e.any(active), poll, exit);
    e.ir.SetInsertPoint(poll);
    e.ir.CreateCondBr(cancelled().v, exit, body);

    e.ir.SetInsertPoint(body);
    const std::size_t trail = trail_.size();
    const std::size_t places = place_trail_.size();
    open_.push_back(open);
    run(loop.next);
    std::vector<V> next;
    for (std::size_t i = 0; i < loop.next.size(); ++i) {
        V v = operand(loop.next[i], elements[i]);
        if (active.vector()) v = e.select(active, v, open.carried[i]);
        next.push_back(v);
    }
    open_.pop_back();
    forget(trail);
    for (std::size_t i = places; i < place_trail_.size(); ++i) places_.erase(place_trail_[i]);
    place_trail_.resize(places);
    turn->addIncoming((e.wrap(turn) + 1.0).v, e.ir.GetInsertBlock());
    for (std::size_t i = 0; i < next.size(); ++i)
        carried[i]->addIncoming(next[i].v, e.ir.GetInsertBlock());
    e.ir.CreateBr(head);

    e.ir.SetInsertPoint(exit);
    results_[n.aux] = open.carried;
}

}  // namespace weft::cpu

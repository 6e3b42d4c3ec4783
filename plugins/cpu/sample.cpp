// Reading grids: from coordinates to positions on the axes (grid.h), and from positions to the mix
// of the points around them. A position never leaves the grid, whatever the coordinate was.
#include <cmath>
#include <limits>

#include <llvm/IR/IntrinsicsX86.h>

#include "kernel_args.h"
#include "taps.h"

namespace weft::cpu {

namespace {

std::int64_t element_size(std::uint32_t format) {
    return format == WEFT_FORMAT_F64 || format == WEFT_FORMAT_RGBA16 ? 8 : 4;
}

// Axes whose positions may be -1: read as 0.
bool has_outside(const weft_axis& axis) {
    return axis.wrap == WEFT_WRAP_ZERO || axis.wrap == WEFT_WRAP_RING;
}

// x modulo p, for whole numbers. The quotient may be off by one; so may the result be, by far,
// where x has no bits left for it.
V remainder(Emit& e, V x, double p) {
    V m = x - e.floor(x * (1.0 / p)) * p;
    m = e.select(e.less(m, e.number(m, 0.0)), m + p, m);
    return e.select(e.at_least(m, e.number(m, p)), m - p, m);
}

V into(Emit& e, V x, double count) {
    return e.lesser(e.larger(x, e.number(x, 0.0)), e.number(x, count - 1.0));
}

}  // namespace

// --- positions -----------------------------------------------------------------------------------

// The grid index of a whole number of any size; NaN gives some index.
V Region::wrap_index(const weft_axis& axis, V below) {
    const auto n = static_cast<double>(axis.count);
    const V zero = e.number(below, 0.0);
    const V last = e.number(below, n - 1.0);
    const auto within = [&](V x) { return e.to_i32(into(e, x, n)); };
    switch (axis.wrap) {
        case WEFT_WRAP_REPEAT: return within(remainder(e, below, n));
        case WEFT_WRAP_MIRROR: {
            const V m = remainder(e, below, 2.0 * n);
            const V back = e.number(below, 2.0 * n - 1.0) - m;
            return within(e.select(e.less(m, e.number(below, n)), m, back));
        }
        case WEFT_WRAP_ZERO: {
            const V in = e.both(e.at_least(below, zero), e.at_most(below, last));
            return e.to_i32(e.select(in, below, e.number(below, -1.0)));
        }
        default: return within(below);
    }
}

// Ticks back from now, floored and taken modulo the cache's length.
static V ticks_back(Emit& e, const weft_axis& axis, V coordinate) {
    V k = coordinate;
    if (axis.origin != 0.0) k = k - axis.origin;
    if (axis.step != 1.0) k = k / axis.step;
    const auto n = static_cast<double>(axis.count);
    return into(e, remainder(e, e.floor(k), n), n);
}

static V is_finite(Emit& e, V x) {
    return e.less(e.abs(x), e.number(x, std::numeric_limits<double>::infinity()));
}

// Is the coordinate on a ring a number that is known now, so that no read is outside?
bool Region::has_known_tick(const Place& place) const {
    const Node& coordinate = plan_.nodes[place.coordinate];
    return place.axis.wrap == WEFT_WRAP_RING && coordinate.op == WEFT_OP_CONST &&
           std::isfinite(coordinate.imm);
}

Region::Positions Region::ring_place(const Place& place, V coordinate) {
    const weft_axis& axis = place.axis;
    const V wide = e.to_f64(coordinate);
    if (place.contiguous) {
        const V back = ticks_back(e, axis, wide);
        return {e.to_i32(e.select(is_finite(e, wide), back, e.number(back, -1.0))), {}, {}};
    }
    const auto capacity = static_cast<double>(axis.capacity);
    const V tick = now(axis.tick) - ticks_back(e, axis, wide);
    const V safe = into(e, remainder(e, tick, capacity), capacity);
    if (has_known_tick(place)) return {e.to_i32(safe), {}, {}};
    V known = is_finite(e, wide);
    if (safe.vector() && !known.vector()) known = e.spread(known);
    V outside = e.number(safe, -1.0);
    V chosen = safe;
    if (known.vector() && !safe.vector()) {
        chosen = e.spread(safe);
        outside = e.spread(outside);
    }
    return {e.to_i32(e.select(known, chosen, outside)), {}, {}};
}

Region::Positions Region::contiguous_place(const Place& place) {
    const weft_axis& axis = place.axis;
    const V base = memo_[place.coordinate];
    V u = base / axis.step + place.shift_at_zero;
    const V whole = e.round_even(u);
    u = e.select(e.less(e.abs(u - whole), e.number(u, kSnap)), whole, u);
    const V low = e.number(u, -0x1p30);
    const V high = e.number(u, 0x1p30);
    u = e.select(e.less(u, low), low, u);
    u = e.select(e.greater(u, high), high, u);
    const V below = e.floor(u);
    const V safe = e.select(e.is_nan(u), e.number(u, 0.0), below);
    const V rest = axis.filter == WEFT_FILTER_LINEAR ? u - below : u - u;
    return {e.to_i32(safe), {}, rest};
}

// Where a coordinate is on an axis that has grid point i at i.
V Region::along(const weft_axis& axis, V c) {
    const bool linear = axis.filter == WEFT_FILTER_LINEAR;
    // In f32 the index itself must not cost bits that the fraction needs.
    if (c.f32() && (axis.count > 16384 || !linear)) c = e.to_f64(c);
    if (c.f32() || (c.vector() && linear && class_ == kPointMask))
        return e.fma(c, e.number(c, 1.0 / axis.step), e.number(c, -axis.origin / axis.step));
    return (c - axis.origin) / axis.step;
}

Region::Positions Region::place(const Place& place) {
    const weft_axis& axis = place.axis;
    const V c = memo_[place.coordinate];
    if (axis.wrap == WEFT_WRAP_RING) return ring_place(place, c);
    if (place.contiguous) return contiguous_place(place);
    const bool linear = axis.filter == WEFT_FILTER_LINEAR && !place.walk;
    V u = along(axis, c);
    if (place.walk) u = e.round_even(u);
    if (axis.wrap == WEFT_WRAP_CLAMP || axis.wrap == WEFT_WRAP_ZERO) {
        // Infinities become numbers, NaN stays.
        const V low = e.number(u, -1.0);
        const V high = e.number(u, static_cast<double>(axis.count));
        u = e.select(e.less(u, low), low, u);
        u = e.select(e.greater(u, high), high, u);
    }
    const V below = e.floor(u);
    Positions made;
    if (axis.wrap == WEFT_WRAP_CLAMP && u.vector()) {
        // Of NaN comes any number, which is then brought into the grid like the others.
        const V base = e.wrap(e.ir.CreateFreeze(e.to_i32(below).v));
        const V last = e.integer(base, static_cast<std::int64_t>(axis.count) - 1);
        const V zero = e.integer(base, 0);
        made.low = e.max_int(e.min_int(base, last), zero);
        if (linear) made.high = e.max_int(e.min_int(base + e.integer(base, 1), last), zero);
    } else {
        made.low = wrap_index(axis, below);
        if (linear) made.high = wrap_index(axis, below + 1.0);
    }
    made.fraction = linear ? u - below : u - u;
    return made;
}

V Region::position(const Node& node) {
    auto found = places_.find(node.aux);
    if (found == places_.end()) {
        found = places_.emplace(node.aux, place(plan_.places[node.aux])).first;
        place_trail_.push_back(node.aux);
    }
    const Positions& p = found->second;
    if (node.op == kOpHigh) return p.high;
    if (node.op != kOpFraction) return p.low;
    V fraction = p.fraction;
    if (!exact_ && fraction.vector() && fraction.f64()) fraction = e.to_f32(fraction);
    return fraction;
}

// --- reading -------------------------------------------------------------------------------------

// The grid index of a contiguous axis at the edges of the grid, lane by lane.
V Region::edge_index(const weft_axis& axis, V shift, bool high) {
    const V lane = e.lane_numbers();
    const V column = e.to_i32(column_index()) + e.to_i32(shift) + lane;
    const V index = e.from_int(column, e.f64());
    return wrap_index(axis, high ? index + 1.0 : index);
}

// An index as bytes, computed where the index is: before a loop in which it does not change.
V Region::bytes_from(V index, std::int64_t stride) {
    llvm::IRBuilderBase::InsertPointGuard guard(e.ir);
    auto* made = llvm::dyn_cast<llvm::Instruction>(index.v);
    if (made != nullptr && made->getParent() != e.ir.GetInsertBlock() &&
        !llvm::isa<llvm::PHINode>(made))
        e.ir.SetInsertPoint(made->getNextNode());
    return e.to_i64(index) * e.count(stride);
}

// Adds a grid index on one axis to the offset.
void Region::add_axis(Taps& taps, const Node& node, std::uint32_t axis, bool high) {
    const weft_axis& a = taps.grid->axes[axis];
    if (taps.beside != nullptr && taps.beside->low[axis]) {
        add_beside(taps, axis, high);
        return;
    }
    const std::uint32_t low_node = node.args[axis * kNodesPerAxis];
    V index;
    if (node.contiguous == axis) {
        const V shift = memo_[low_node];
        if (a.wrap == WEFT_WRAP_RING) {
            return read_ring(a, shift, taps);
        }
        if (!edges) {
            const V first = column_index() + e.to_i64(shift) + e.count(high ? 1 : 0);
            taps.bytes = taps.bytes + first * e.count(a.stride);
            taps.contiguous = true;
            return;
        }
        index = edge_index(a, shift, high);
    } else {
        index = memo_[high ? node.args[axis * kNodesPerAxis + 1] : low_node];
        if (!index.integer()) index = e.to_i32(index);
    }
    const Node& low = plan_.nodes[low_node];
    const bool inside = low.op == kOpLow && has_known_tick(plan_.places[low.aux]);
    if (has_outside(a) && !inside && !llvm::isa<llvm::Constant>(index.v)) {
        V mask = e.less_int(index, e.integer(index, 0));
        index = e.select(mask, e.integer(index, 0), index);
        if (taps.outside) e.unify(mask, taps.outside);
        taps.outside = taps.outside ? e.either(taps.outside, mask) : mask;
    }
    if (!index.vector()) {
        taps.bytes = taps.bytes + bytes_from(index, a.stride);
        return;
    }
    const bool at_edge =
        node.contiguous == axis && a.wrap == WEFT_WRAP_CLAMP && a.count >= 32 && has_windows();
    if ((at_edge || window_place(low_node)) && a.stride == 4 &&
        taps.grid->format == WEFT_FORMAT_F32) {
        const V base = window_base(at_edge ? index : memo_[low_node], a.count);
        taps.window = index - e.spread(base);
        taps.bytes = taps.bytes + e.to_i64(base) * e.count(4);
        return;
    }
    const V scaled = index * e.integer(index, a.stride / element_size(taps.grid->format));
    taps.units = taps.units ? taps.units + scaled : scaled;
}

// Moves the read to the slot of lane 0; the lanes after it follow in memory, also past the ring's
// end (store.cpp). What lies a row back or more follows for a whole row: it is found once, before
// its first sample. What is nearer may have been stored in this row, before its end is repeated.
void Region::read_ring(const weft_axis& axis, V back, Taps& taps) {
    const V ticks = e.to_i64(back);
    const auto* known = llvm::dyn_cast<llvm::ConstantInt>(ticks.v);
    const V missing = e.less_int(ticks, e.count(0));
    if (known == nullptr) taps.outside = e.spread(missing);
    const V capacity = e.count(static_cast<std::int64_t>(axis.capacity));
    const auto within = [&](V slot) {
        return e.select(e.less_int(slot, e.count(0)), slot + capacity, slot) * e.count(axis.stride);
    };
    taps.contiguous = true;
    if (known == nullptr || known->getSExtValue() < static_cast<std::int64_t>(kRow)) {
        const V slot = ring_slot(axis.capacity) + column_index();
        taps.bytes = taps.bytes + within(slot - e.select(missing, e.count(0), ticks));
        return;
    }
    taps.bytes = taps.bytes + column_index() * e.count(axis.stride);
    const V first = ring_slot(axis.capacity);
    llvm::IRBuilderBase::InsertPointGuard guard(e.ir);
    if (entry_point != nullptr) e.ir.SetInsertPoint(entry_point);
    taps.data = e.wrap(e.ir.CreateGEP(e.ir.getInt8Ty(), taps.data.v, within(first - ticks).v));
}

// The slot of a row's first sample. Rings hold whole rows: the others follow it.
V Region::ring_slot(std::uint64_t capacity) {
    const auto found = ring_slots_.find(capacity);
    if (found != ring_slots_.end()) return found->second;
    llvm::IRBuilderBase::InsertPointGuard guard(e.ir);
    if (entry_point != nullptr) e.ir.SetInsertPoint(entry_point);
    const V slots = e.count(static_cast<std::int64_t>(capacity));
    const V rest = e.wrap(e.ir.CreateSRem(first_tick().v, slots.v));
    return ring_slots_[capacity] = e.select(e.less_int(rest, e.count(0)), rest + slots, rest);
}

// Has the processor a permutation over two vectors?
bool Region::has_windows() const {
    return e.machine.avx512 && e.lanes == 16;
}

// Do the lanes of this position rise, within 32 neighbours?
bool Region::window_place(std::uint32_t low_node) const {
    const Node& low = plan_.nodes[low_node];
    return has_windows() && low.op == kOpLow && plan_.places[low.aux].window;
}

// The first of the 32 neighbours, so that they are all within the axis.
V Region::window_base(V low, std::uint64_t count) {
    const V first = e.wrap(e.ir.CreateExtractElement(low.v, std::uint64_t{0}));
    return e.min_int(first, e.integer(first, static_cast<std::int64_t>(count) - 32));
}

// Floats of the two vectors at `base`: two loads and a permutation instead of a gather.
V Region::window_load(llvm::Value* base, V index) {
    llvm::Type* type = e.wide(e.f32());
    llvm::Value* next = e.ir.CreateConstInBoundsGEP1_64(e.f32(), base, e.lanes);
    llvm::Value* low = e.ir.CreateAlignedLoad(type, base, llvm::Align(4));
    llvm::Value* high = e.ir.CreateAlignedLoad(type, next, llvm::Align(4));
    const auto permutation = e.lanes == 16 ? llvm::Intrinsic::x86_avx512_vpermi2var_ps_512
                                           : llvm::Intrinsic::x86_avx512_vpermi2var_ps_256;
    return e.wrap(e.ir.CreateIntrinsic(permutation, {}, {low, index.v, high}));
}

V Region::load_tap(const Taps& taps) {
    const weft_grid& grid = *taps.grid;
    const bool floats = grid.format == WEFT_FORMAT_F32 || grid.format == WEFT_FORMAT_F64;
    llvm::Type* element = grid.format == WEFT_FORMAT_F32     ? e.f32()
                          : grid.format == WEFT_FORMAT_F64   ? e.f64()
                          : grid.format == WEFT_FORMAT_RGBA8 ? e.i32()
                                                             : e.i64();
    const V channel_bytes = e.count(floats ? grid.channel_stride * taps.channel : 0);
    llvm::Value* base =
        e.ir.CreateGEP(e.ir.getInt8Ty(), taps.data.v, (taps.bytes + channel_bytes).v);
    const auto align = llvm::Align(static_cast<std::uint64_t>(
        grid.format == WEFT_FORMAT_RGBA8 ? 4 : element_size(grid.format)));
    // Another axis moves the lanes apart: the window is then a part of each lane's offset.
    const V units = taps.window && taps.units ? taps.units + taps.window : taps.units;
    V loaded;
    if (taps.window && !units) {
        loaded = window_load(base, taps.window);
    } else if (taps.contiguous && e.lanes > 1) {
        loaded = e.wrap(e.ir.CreateAlignedLoad(e.wide(element), base, align));
    } else if (!units || !units.vector()) {
        if (units) base = e.ir.CreateGEP(element, base, units.v);
        loaded = e.wrap(e.ir.CreateAlignedLoad(element, base, align));
    } else {
        llvm::Value* lanes = e.ir.CreateGEP(element, base, units.v);
        loaded = e.wrap(e.ir.CreateMaskedGather(e.wide(element), lanes, align));
    }
    if (!floats) {
        const bool bytes = grid.format == WEFT_FORMAT_RGBA8;
        V bits = e.shift_right(loaded, taps.channel * (bytes ? 8 : 16));
        bits = e.to_i32(e.both(bits, e.integer(bits, bytes ? 255 : 65535)));
        llvm::Type* wanted = exact_ || !bits.vector() ? e.f64() : e.f32();
        loaded = e.from_int(bits, wanted) / (bytes ? 255.0 : 65535.0);
    } else if (exact_ || !loaded.vector()) {
        loaded = e.to_f64(loaded);
    } else if (!taps.f64) {
        loaded = e.to_f32(loaded);
    }
    if (taps.outside) loaded = e.select(taps.outside, e.number(loaded, 0.0), loaded);
    return loaded;
}

// On the way from `first` to `second`, of which the second counts only on the way.
V Region::between(V first, V second, V fraction) {
    const V mixed = e.fma(second - first, fraction, first);
    return e.select(e.different(fraction, e.number(fraction, 0.0)), mixed, first);
}

V Region::mix(const Node& node, const Taps& taps, int axis) {
    if (axis < 0) return load_tap(taps);
    if (axis == 0 && may_load_pairs(node, taps)) return mix_pair(node, taps);
    const auto a = static_cast<std::uint32_t>(axis);
    const std::uint32_t fraction_node = node.args[a * kNodesPerAxis + 2];
    Taps near = taps;
    add_axis(near, node, a, false);
    const V first = mix(node, near, axis - 1);
    if (fraction_node == kNoNode) return first;
    const Node& known = plan_.nodes[fraction_node];
    if (known.op == WEFT_OP_CONST && known.imm == 0.0) return first;
    V fraction = operand(fraction_node, first.type()->getScalarType());
    if (!first.vector() && !memo_[fraction_node].vector()) fraction = memo_[fraction_node];
    if (taps.beside != nullptr && taps.beside->low[a]) fraction = taps.beside->fraction[a];
    const bool floored = taps.grid->axes[a].filter != WEFT_FILTER_LINEAR;
    if (floored) return e.select(e.is_nan(fraction), fraction, first);
    Taps far = taps;
    add_axis(far, node, a, true);
    return between(first, mix(node, far, axis - 1), fraction);
}

// The input's memory, as its view tells at the beginning of the call.
V Region::data_of(std::uint32_t input) {
    const auto found = data_.find(input);
    if (found != data_.end()) return found->second;
    const V views = load_arg(offsetof(KernelArgs, inputs), e.ptr());
    llvm::IRBuilderBase::InsertPointGuard guard(e.ir);
    if (entry_point != nullptr) e.ir.SetInsertPoint(entry_point);
    llvm::Value* at = e.ir.CreateConstInBoundsGEP1_64(e.ptr(), views.v, input);
    llvm::Value* view = e.ir.CreateLoad(e.ptr(), at);
    static_assert(offsetof(weft_view, data) == 0);
    return data_[input] = e.wrap(e.ir.CreateLoad(e.ptr(), view));
}

V Region::read(const Node& node) {
    const InputShape& input = inputs_[node.aux];
    Taps taps;
    taps.grid = &input.grid;
    taps.channel = input.channel;
    taps.f64 = node.f64;
    taps.bytes = e.count(0);
    taps.data = data_of(node.aux);
    if (may_stand_beside(node)) return read_beside(node, taps);
    return mix(node, taps, static_cast<int>(input.grid.axis_count) - 1);
}

// A call for all lanes at once; lanes that a loop has already left are read too. Of a cache the
// tick stands behind the operands.
V Region::read_getter(const Node& node) {
    const auto axes = static_cast<unsigned>(node.args.size());
    const weft_axis* ring = ring_of(inputs_[node.aux].grid);
    const V tick = ring != nullptr ? now(ring->tick) : e.scalar(0.0);
    bool vector = tick.vector();
    for (const std::uint32_t arg : node.args) vector = vector || memo_[arg].vector();
    const unsigned count = vector ? e.lanes : 1;
    llvm::Type* coords_type = llvm::ArrayType::get(e.f64(), (axes + 1) * count);
    llvm::Value* coords = e.slot(coords_type);
    llvm::Value* values = e.slot(llvm::ArrayType::get(e.f64(), count));
    for (unsigned a = 0; a < axes; ++a) {
        V c = memo_[node.args[a]];
        c = vector ? operand(node.args[a], e.f64()) : e.to_f64(c);
        llvm::Value* at = e.ir.CreateConstInBoundsGEP1_64(e.f64(), coords, a * count);
        e.ir.CreateAlignedStore(c.v, at, llvm::Align(8));
    }
    llvm::Value* behind = e.ir.CreateConstInBoundsGEP1_64(e.f64(), coords, axes * count);
    e.ir.CreateAlignedStore((vector ? e.spread(tick) : tick).v, behind, llvm::Align(8));
    const V call = load_arg(offsetof(KernelArgs, getter), e.ptr());
    auto* type = llvm::FunctionType::get(e.ir.getVoidTy(),
                                         {e.ptr(), e.i32(), e.i32(), e.ptr(), e.ptr()}, false);
    e.ir.CreateCall(type, call.v,
                    {args_, e.ir.getInt32(node.aux), e.ir.getInt32(count), coords, values});
    llvm::Type* result = vector ? e.wide(e.f64()) : e.f64();
    V v = e.wrap(e.ir.CreateAlignedLoad(result, values, llvm::Align(8)));
    if (vector && !exact_ && !node.f64) v = e.to_f32(v);
    return v;
}

}  // namespace weft::cpu

// Lines: sums over rows of a picture, made once for a row of the kernel and read at many columns.
#include "kernel_emit.h"
#include "region.h"

namespace weft::cpu {
namespace {

// What a vector may read beyond the last number.
constexpr std::uint64_t kSlack = 32;

}  // namespace

// The line's numbers at `column` and the lanes after it.
V Region::line_sum(const Line& line, V column) {
    const InputShape& input = inputs_[line.input];
    const weft_grid& grid = input.grid;
    const weft_axis& y = grid.axes[1 - line.x_axis];
    llvm::Type* type = e.wide(e.f32());
    const auto load = [&](std::uint32_t node) {
        V row = e.to_i64(value(node));
        V outside;
        if (y.wrap == WEFT_WRAP_ZERO) {
            outside = e.less_int(row, e.count(0));
            row = e.max_int(row, e.count(0));
        }
        const V offset = row * e.count(y.stride) + column * e.count(4) +
                         e.count(grid.channel_stride * input.channel);
        llvm::Value* at = e.ir.CreateGEP(e.ir.getInt8Ty(), data_of(line.input).v, offset.v);
        const V v = e.wrap(e.ir.CreateAlignedLoad(type, at, llvm::Align(4)));
        return outside ? e.select(e.spread(outside), e.number(v, 0.0), v) : v;
    };
    V sum;
    for (const Line::Term& term : line.terms) {
        V v = load(term.low);
        const Node& known = plan_.nodes[term.fraction];
        if (known.op != WEFT_OP_CONST || known.imm != 0.0) {
            const V fraction = operand(term.fraction, e.f32());
            const V mixed = e.fma(load(term.high) - v, fraction, v);
            v = e.select(e.equal(fraction, e.number(fraction, 0.0)), v, mixed);
        }
        const V weight = e.number(v, term.weight);
        if (term.weight == 1.0) {
            sum = sum ? sum + v : v;
        } else {
            sum = sum ? e.fma(v, weight, sum) : v * weight;
        }
    }
    return sum;
}

void Region::make_lines() {
    lines_.clear();
    for (const Line& line : plan_.lines) {
        std::vector<std::uint32_t> rows;
        for (const Line::Term& term : line.terms)
            for (const std::uint32_t node : {term.low, term.high, term.fraction})
                if (node != kNoNode) rows.push_back(node);
        run(rows);
        const weft_axis& x = inputs_[line.input].grid.axes[line.x_axis];
        const auto count = static_cast<std::int64_t>(x.count);
        llvm::Value* memory = e.slot(
            llvm::ArrayType::get(e.f32(), line.pad_before + x.count + line.pad_after + 2 * kSlack));
        const V start = e.wrap(e.ir.CreateConstInBoundsGEP1_64(e.f32(), memory, line.pad_before));
        lines_.push_back(start);
        const auto at = [&](V index) { return e.ir.CreateInBoundsGEP(e.f32(), start.v, index.v); };
        // The last vector ends where the rows end, and repeats some columns.
        counted_loop(e, e.count(0), e.count(count), e.lanes, [&](V column) {
            const V inside = e.min_int(column, e.count(count - e.lanes));
            e.ir.CreateAlignedStore(line_sum(line, inside).v, at(inside), llvm::Align(4));
        });
        // Beyond the ends, as the axis wraps.
        const auto copy = [&](V to) {
            const V position = e.from_int(to, e.f64());
            V from = e.to_i64(wrap_index(x, position));
            const V none = e.less_int(from, e.count(0));
            from = e.max_int(from, e.count(0));
            V v = e.wrap(e.ir.CreateLoad(e.f32(), at(from)));
            if (x.wrap == WEFT_WRAP_ZERO) v = e.select(none, e.number(v, 0.0), v);
            e.ir.CreateStore(v.v, at(to));
        };
        counted_loop(e, e.count(-static_cast<std::int64_t>(line.pad_before)), e.count(0), 1, copy);
        counted_loop(e, e.count(count), e.count(count + line.pad_after), 1, copy);
    }
}

V Region::read_line(const Node& node) {
    const Line& line = plan_.lines[node.aux];
    const std::uint64_t count = inputs_[line.input].grid.axes[line.x_axis].count;
    const V start = lines_[node.aux];
    llvm::Type* type = e.wide(e.f32());
    const Node& fraction_node = plan_.nodes[node.args[2]];
    const bool whole = fraction_node.op == WEFT_OP_CONST && fraction_node.imm == 0.0;
    const auto mix = [&](V first, V second) {
        const V fraction = operand(node.args[2], e.f32());
        const V mixed = e.fma(second - first, fraction, first);
        return e.select(e.equal(fraction, e.number(fraction, 0.0)), first, mixed);
    };
    const auto load = [&](V index) {
        llvm::Value* at = e.ir.CreateInBoundsGEP(e.f32(), start.v, index.v);
        return e.wrap(e.ir.CreateAlignedLoad(type, at, llvm::Align(4)));
    };
    if (node.contiguous != kNoNode) {
        const V index = column_index() + e.to_i64(value(node.args[0]));
        const V first = load(index);
        return whole ? first : mix(first, load(index + e.count(1)));
    }
    const V low = e.spread(value(node.args[0]));
    const auto far = [&] { return e.spread(value(node.args[1])); };
    if (window_place(node.args[0])) {
        const V base = window_base(low, count);
        llvm::Value* at = e.ir.CreateInBoundsGEP(e.f32(), start.v, e.to_i64(base).v);
        const V from = e.spread(base);
        const V first = window_load(at, low - from);
        return whole ? first : mix(first, window_load(at, far() - from));
    }
    const bool outside = inputs_[line.input].grid.axes[line.x_axis].wrap == WEFT_WRAP_ZERO;
    const auto gather = [&](V index) {
        const V safe = e.max_int(index, e.integer(index, 0));
        llvm::Value* lanes = e.ir.CreateGEP(e.f32(), start.v, safe.v);
        V v = e.wrap(e.ir.CreateMaskedGather(type, lanes, llvm::Align(4)));
        if (outside) v = e.select(e.less_int(index, e.integer(index, 0)), e.number(v, 0.0), v);
        return v;
    };
    const V first = gather(low);
    return whole ? first : mix(first, gather(far()));
}

}  // namespace weft::cpu

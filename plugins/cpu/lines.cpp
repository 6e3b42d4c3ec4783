// Lines: sums over rows of a picture, made for a block of its points and read at many columns.
//
// No sum is carried from one block to the next, by adding the row that comes and subtracting the
// one that goes: what is infinite or not a number would never leave it, roundings would pile up,
// and a picture would depend on how its rows are dealt out to threads. A few rows at once share as
// much.
#include "lines.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>

#include "kernel_emit.h"

namespace weft::cpu {
namespace {

// Rows that are made at once where one reads what the other reads: four sums of nine rows each are
// 12 loads and 13 additions then instead of 36 and 32. A divisor of every vector's lanes, so that
// tables of rows (emit_rows) hold all of the last block's.
constexpr std::uint32_t kRowsAtOnce = 4;
// Floats of all lines of a block. They leave room for their sources in a first cache of 32 KiB.
constexpr std::int64_t kBlock = 6144;
constexpr std::int64_t kLeastColumns = 256;
// What a vector may read or write beyond the first and the last number; blocks begin at multiples.
constexpr std::int64_t kLanes = 16;

constexpr std::int64_t round_up(std::int64_t number) {
    return (number + kLanes - 1) / kLanes * kLanes;
}

// A walk along whole rows of the picture; null where positions may lie between them.
const WholeWalk* walk_of(const Plan& plan, const Line::Term& term) {
    const Node& low = plan.nodes[term.low];
    if (low.op != kOpLow || !plan.places[low.aux].walk) return nullptr;
    return &*plan.places[low.aux].walk;
}

// One line's sums in rows beside each other. What several of them add is loaded once, and what they
// all add is added up once, then what each half of them adds, and so on.
class Sums {
public:
    Sums(Emit& emit, const Plan& plan, const InputShape& input, const Line& line,
         const std::vector<Region*>& regions);
    // In every row, at `column` and the lanes that `type` has.
    std::vector<V> at(V column, llvm::Type* type) const;

private:
    struct Row {
        llvm::Value* begin = nullptr;
        V outside;  // i1: reads 0; null: it is none of those that may
    };
    struct Source {
        Row low, high;
        std::uint32_t fraction = kNoNode;  // of the way to `high`; kNoNode: there is none
        Region* region = nullptr;
    };
    using Addend = std::pair<std::size_t, double>;  // source and weight
    using Addends = std::vector<Addend>;            // in order

    Row row_at(Region& region, std::uint32_t node) const;
    V load(const Row& row, V column, llvm::Type* type) const;
    V load(const Source& source, V column, llvm::Type* type) const;

    Emit& e;
    const InputShape& input_;
    const weft_axis& y_;
    llvm::Value* data_;
    std::vector<Source> sources_;
    std::vector<Addends> parts_;  // of each row
};

Sums::Sums(Emit& emit, const Plan& plan, const InputShape& input, const Line& line,
           const std::vector<Region*>& regions)
    : e(emit),
      input_(input),
      y_(input.grid.axes[1 - line.x_axis]),
      data_(regions[0]->data_of(line.input).v) {
    // By the row of the picture where that is known, else by term and row of the kernel.
    std::map<std::pair<std::size_t, double>, std::size_t> numbers;
    for (std::size_t k = 0; k < regions.size(); ++k) {
        Addends& part = parts_.emplace_back();
        for (std::size_t t = 0; t < line.terms.size(); ++t) {
            const Line::Term& term = line.terms[t];
            const auto row = static_cast<double>(k);
            const WholeWalk* walk = walk_of(plan, term);
            const auto [known, is_new] = numbers.try_emplace(
                walk != nullptr ? std::pair{std::size_t{0}, walk->first + row * walk->step}
                                : std::pair{t + 1, row},
                sources_.size());
            part.emplace_back(known->second, term.weight);
            if (!is_new) continue;
            Source& source = sources_.emplace_back();
            source.region = regions[k];
            source.low = row_at(*regions[k], term.low);
            const Node& fraction = plan.nodes[term.fraction];
            if (fraction.op == WEFT_OP_CONST && fraction.imm == 0.0) continue;
            source.high = row_at(*regions[k], term.high);
            source.fraction = term.fraction;
            regions[k]->run({term.fraction});
        }
        std::sort(part.begin(), part.end());
    }
}

Sums::Row Sums::row_at(Region& region, std::uint32_t node) const {
    region.run({node});
    V index = e.to_i64(region.value(node));
    Row row;
    if (y_.wrap == WEFT_WRAP_ZERO) {
        row.outside = e.less_int(index, e.count(0));
        index = e.max_int(index, e.count(0));
    }
    const V offset =
        index * e.count(y_.stride) + e.count(input_.grid.channel_stride * input_.channel);
    row.begin = e.ir.CreateGEP(e.ir.getInt8Ty(), data_, offset.v);
    return row;
}

V Sums::load(const Row& row, V column, llvm::Type* type) const {
    llvm::Value* from = e.ir.CreateGEP(e.f32(), row.begin, column.v);
    const V v = e.wrap(e.ir.CreateAlignedLoad(type, from, llvm::Align(4)));
    if (!row.outside) return v;
    return e.select(v.vector() ? e.spread(row.outside) : row.outside, e.number(v, 0.0), v);
}

V Sums::load(const Source& source, V column, llvm::Type* type) const {
    const V low = load(source.low, column, type);
    if (source.fraction == kNoNode) return low;
    const V fraction = low.vector() ? source.region->operand(source.fraction, e.f32())
                                    : e.to_f32(source.region->value(source.fraction));
    const V mixed = e.fma(load(source.high, column, type) - low, fraction, low);
    return e.select(e.equal(fraction, e.number(fraction, 0.0)), low, mixed);
}

std::vector<V> Sums::at(V column, llvm::Type* type) const {
    std::vector<V> loaded(sources_.size());
    std::vector<V> sums(parts_.size());
    const auto plus = [&](V sum, const Addend& addend) {
        V& v = loaded[addend.first];
        if (!v) v = load(sources_[addend.first], column, type);
        if (addend.second == 1.0) return sum ? sum + v : v;
        const V weight = e.number(v, addend.second);
        return sum ? e.fma(v, weight, sum) : v * weight;
    };
    // `parts` are what rows from `first` on have yet to add to `sum`.
    const auto add = [&](const auto& self, V sum, std::size_t first,
                         const std::vector<Addends>& parts) -> void {
        Addends common = parts[0];
        for (const Addends& part : parts) {
            Addends both;
            std::set_intersection(common.begin(), common.end(), part.begin(), part.end(),
                                  std::back_inserter(both));
            common = std::move(both);
        }
        for (const Addend& addend : common) sum = plus(sum, addend);
        if (parts.size() == 1) {
            sums[first] = sum;
            return;
        }
        std::vector<Addends> halves[2];
        for (std::size_t i = 0; i < parts.size(); ++i)
            std::set_difference(
                parts[i].begin(), parts[i].end(), common.begin(), common.end(),
                std::back_inserter(halves[i < parts.size() / 2 ? 0 : 1].emplace_back()));
        self(self, sum, first, halves[0]);
        self(self, sum, first + halves[0].size(), halves[1]);
    };
    add(add, {}, 0, parts_);
    return sums;
}

}  // namespace

Lines::Lines(Emit& emit, const Plan& plan, const std::vector<InputShape>& inputs)
    : e(emit), plan_(plan), inputs_(inputs) {
    columns_ = static_cast<std::int64_t>(plan.width);
    bool anywhere = false;
    bool share = false;
    for (const Line& line : plan.lines) {
        anywhere |= line.anywhere;
        share |= slides(line);
    }
    if (anywhere || plan.lines.empty()) return;
    if (share) rows_ = kRowsAtOnce;
    const auto lines = static_cast<std::int64_t>(plan.lines.size() * rows_);
    const std::int64_t most = std::max(kLeastColumns, kBlock / lines);
    const std::int64_t blocks = (columns_ + most - 1) / most;
    columns_ = round_up((columns_ + blocks - 1) / blocks);
}

// Do rows at once read what others of them read?
bool Lines::slides(const Line& line) const {
    for (const Line::Term& one : line.terms)
        for (const Line::Term& other : line.terms) {
            const WholeWalk* from = walk_of(plan_, one);
            const WholeWalk* to = walk_of(plan_, other);
            if (from == nullptr || to == nullptr || from->step != to->step) continue;
            const double rows = (to->first - from->first) / from->step;
            if (rows >= 1.0 && rows < kRowsAtOnce && rows == std::floor(rows)) return true;
        }
    return false;
}

Lines::Memory Lines::allocate(const Line& line, V column) const {
    const auto after = static_cast<std::int64_t>(line.after);
    const std::int64_t before = kLanes + round_up(line.before);
    const auto count = static_cast<std::int64_t>(along(line).count);
    const std::int64_t numbers =
        line.anywhere ? std::max(count, columns_ + after) : columns_ + after;
    Memory made;
    made.stride = round_up(before + numbers + kLanes);
    llvm::Value* memory = e.slot(llvm::ArrayType::get(
        e.f32(), static_cast<std::uint64_t>(made.stride) * std::uint64_t{rows_}));
    made.start = e.wrap(e.ir.CreateGEP(e.f32(), memory, (e.count(before) - column).v));
    return made;
}

void Lines::make(const std::vector<Region*>& regions, V column) {
    made_.clear();
    const auto width = static_cast<std::int64_t>(plan_.width);
    for (const Line& line : plan_.lines) {
        const weft_axis& x = along(line);
        const V count = e.count(static_cast<std::int64_t>(x.count));
        const Memory memory = made_.emplace_back(allocate(line, column));
        const Sums sums(e, plan_, inputs_[line.input], line, regions);
        const auto put = [&](V to, const std::vector<V>& values) {
            for (std::size_t k = 0; k < values.size(); ++k) {
                const V at = to + e.count(memory.stride * static_cast<std::int64_t>(k));
                e.ir.CreateAlignedStore(values[k].v, e.ir.CreateGEP(e.f32(), memory.start.v, at.v),
                                        llvm::Align(4));
            }
        };
        V end = e.min_int(column + e.count(columns_), e.count(width)) + e.count(line.after);
        if (line.anywhere) end = e.max_int(end, count);
        const V zero = e.count(0);
        // Vectors begin where those of the points do. The last one ends where the picture's rows
        // end, and repeats some columns.
        counted_loop(e, e.max_int(column - e.count(round_up(line.before)), zero),
                     e.min_int(end, count), e.lanes, [&](V at) {
                         const V inside = e.min_int(at, count - e.count(e.lanes));
                         put(inside, sums.at(inside, e.wide(e.f32())));
                     });
        // Beyond the ends, as the axis wraps.
        const auto beyond = [&](V at) {
            const V from = e.to_i64(regions[0]->wrap_index(x, e.from_int(at, e.f64())));
            const V none = e.less_int(from, zero);
            std::vector<V> values = sums.at(e.max_int(from, zero), e.f32());
            if (x.wrap == WEFT_WRAP_ZERO)
                for (V& v : values) v = e.select(none, e.number(v, 0.0), v);
            put(at, values);
        };
        counted_loop(e, column - e.count(line.before), zero, 1, beyond);
        counted_loop(e, e.max_int(column - e.count(line.before), count), end, 1, beyond);
    }
}

std::vector<V> Lines::starts(V row) const {
    std::vector<V> list;
    for (const Memory& line : made_)
        list.push_back(
            e.wrap(e.ir.CreateGEP(e.f32(), line.start.v, (row * e.count(line.stride)).v)));
    return list;
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

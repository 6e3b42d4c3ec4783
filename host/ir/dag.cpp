#include "ir/dag.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>

#include "eval/eval.h"

namespace weft::ir {

namespace {

std::uint64_t mix(std::uint64_t hash, std::uint64_t value) {
    hash ^= value;
    hash *= 0x9e3779b97f4a7c15u;
    return hash ^ (hash >> 29);
}

std::uint64_t hash_of(const Value& value, std::span<const ValueId> args) {
    std::uint64_t hash = mix(0x243f6a8885a308d3u, value.op);
    hash = mix(hash, value.aux | (std::uint64_t{value.aux2} << 32));
    if (value.op == WEFT_OP_CONST) hash = mix(hash, std::bit_cast<std::uint64_t>(value.imm));
    for (const ValueId arg : args) hash = mix(hash, arg);
    return hash;
}

}  // namespace

Dag::Dag() : table_(64, kNoValue), sets_(1) {
    set_ids_[{}] = 0;
}

ValueId Dag::constant(double number) {
    Value value;
    value.op = WEFT_OP_CONST;
    value.known = true;
    value.imm = number;
    return intern(value, {});
}

ValueId Dag::leaf(std::uint16_t op, std::uint32_t aux) {
    Value value;
    value.op = op;
    value.aux = aux;
    return intern(value, {});
}

ValueId Dag::make(std::uint16_t op, std::span<const ValueId> args, std::uint32_t aux) {
    Value value;
    value.op = op;
    value.aux = aux;
    value.known = is_operator(op);
    std::array<double, 3> numbers{};
    for (std::size_t i = 0; i < args.size(); ++i) {
        const Value& arg = values_[args[i]];
        value.loops = unite(value.loops, arg.loops);
        value.known = value.known && arg.known;
        if (i < numbers.size()) numbers[i] = arg.imm;
    }
    if (value.known) value.imm = weft_eval_op(op, numbers.data());
    return intern(value, args);
}

ValueId Dag::loop_index(std::uint32_t loop) {
    Value value;
    value.op = WEFT_OP_LOOP_INDEX;
    value.aux = loop;
    value.loops = intern_set({loop});
    return intern(value, {});
}

ValueId Dag::loop_carried(std::uint32_t loop, std::uint32_t which) {
    Value value;
    value.op = WEFT_OP_LOOP_CARRIED;
    value.aux = loop;
    value.aux2 = which;
    value.loops = intern_set({loop});
    return intern(value, {});
}

ValueId Dag::close_loop(std::uint32_t loop, std::span<const ValueId> operands) {
    assert(operands.size() >= 2 && operands.size() % 2 == 0);
    Value value;
    value.op = WEFT_OP_LOOP;
    value.aux = loop;
    for (const ValueId arg : operands) value.loops = unite(value.loops, values_[arg].loops);
    std::vector<std::uint32_t> outer = sets_[value.loops];
    std::erase(outer, loop);
    value.loops = intern_set(std::move(outer));
    return intern(value, operands);
}

ValueId Dag::loop_result(ValueId loop, std::uint32_t which) {
    assert(values_[loop].op == WEFT_OP_LOOP);
    Value value;
    value.op = WEFT_OP_LOOP_RESULT;
    value.aux = values_[loop].aux;
    value.aux2 = which;
    value.loops = values_[loop].loops;
    return intern(value, std::span<const ValueId>(&loop, 1));
}

bool Dag::is_constant(ValueId id, double number) const {
    return values_[id].known &&
           std::bit_cast<std::uint64_t>(values_[id].imm) == std::bit_cast<std::uint64_t>(number);
}

ValueId Dag::intern(Value value, std::span<const ValueId> args) {
    if ((values_.size() + 1) * 2 > table_.size()) grow();
    const std::size_t mask = table_.size() - 1;
    std::size_t at = hash_of(value, args) & mask;
    for (; table_[at] != kNoValue; at = (at + 1) & mask) {
        const Value& other = values_[table_[at]];
        if (other.op != value.op || other.aux != value.aux || other.aux2 != value.aux2 ||
            other.arg_count != args.size()) {
            continue;
        }
        if (value.op == WEFT_OP_CONST &&
            std::bit_cast<std::uint64_t>(other.imm) != std::bit_cast<std::uint64_t>(value.imm)) {
            continue;
        }
        if (std::equal(args.begin(), args.end(), pool_.begin() + other.args)) return table_[at];
    }
    value.args = static_cast<std::uint32_t>(pool_.size());
    value.arg_count = static_cast<std::uint32_t>(args.size());
    for (const ValueId arg : args) pool_.push_back(arg);
    table_[at] = size();
    values_.push_back(value);
    return table_[at];
}

void Dag::grow() {
    table_.assign(table_.size() * 2, kNoValue);
    const std::size_t mask = table_.size() - 1;
    for (ValueId id = 0; id < size(); ++id) {
        std::size_t at = hash_of(values_[id], args(id)) & mask;
        while (table_[at] != kNoValue) at = (at + 1) & mask;
        table_[at] = id;
    }
}

LoopSet Dag::unite(LoopSet a, LoopSet b) {
    if (a == b || b == 0) return a;
    if (a == 0) return b;
    std::vector<std::uint32_t> both;
    std::set_union(sets_[a].begin(), sets_[a].end(), sets_[b].begin(), sets_[b].end(),
                   std::back_inserter(both));
    return intern_set(std::move(both));
}

LoopSet Dag::intern_set(std::vector<std::uint32_t> set) {
    const auto [at, fresh] = set_ids_.try_emplace(std::move(set), LoopSet(sets_.size()));
    if (fresh) sets_.push_back(at->first);
    return at->second;
}

}  // namespace weft::ir

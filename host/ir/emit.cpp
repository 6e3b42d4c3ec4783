// Values in order to the ABI's arrays.
#include "ir/emit.h"

namespace weft::ir {

weft_ir IrText::view() const {
    weft_ir ir{};
    ir.struct_size = sizeof(weft_ir);
    ir.value_count = static_cast<std::uint32_t>(values.size());
    ir.values = values.data();
    ir.args = args.data();
    ir.arg_count = static_cast<std::uint32_t>(args.size());
    ir.loop_count = static_cast<std::uint32_t>(loops.size());
    ir.loops = loops.data();
    ir.affines = affines.data();
    ir.affine_count = static_cast<std::uint32_t>(affines.size());
    ir.uniform_count = uniform_count;
    return ir;
}

IrText emit(const Dag& dag, const Order& order, std::span<const std::uint8_t> varies,
            std::span<const std::uint8_t> precision, std::vector<std::uint32_t>& numbers) {
    IrText text;
    numbers.assign(dag.size(), kNoValue);
    std::vector<std::uint32_t> loop_values(dag.loop_count(), kNoValue);   // number of the LOOP
    std::vector<std::uint32_t> loop_entries(dag.loop_count(), kNoValue);  // index into text.loops
    for (const ValueId id : order.values) {
        const Value& value = dag[id];
        const auto number = static_cast<std::uint32_t>(text.values.size());
        numbers[id] = number;
        std::span<const ValueId> operands = dag.args(id);
        weft_ir_value out{};
        out.op = value.op;
        out.varies = varies[id];
        out.precision = precision.empty() ? WEFT_PRECISION_F64 : precision[id];
        out.aux = value.aux;
        out.args = static_cast<std::uint32_t>(text.args.size());
        if (value.op == WEFT_OP_CONST) out.imm = value.imm;
        if (value.op == WEFT_OP_LOOP) {
            const std::uint32_t carried = carried_count(value);
            loop_values[value.aux] = number;
            loop_entries[value.aux] = static_cast<std::uint32_t>(text.loops.size());
            out.aux = loop_entries[value.aux];
            text.loops.push_back({number, order.body_counts[value.aux], carried, 0});
            operands = operands.first(2 + carried);
        } else if (value.op == WEFT_OP_LOOP_INDEX || value.op == WEFT_OP_LOOP_CARRIED ||
                   value.op == WEFT_OP_LOOP_RESULT) {
            out.aux = value.aux2;
            text.args.push_back(loop_values[value.aux]);
            operands = {};
        }
        for (const ValueId arg : operands) text.args.push_back(numbers[arg]);
        out.arg_count = static_cast<std::uint32_t>(text.args.size()) - out.args;
        text.values.push_back(out);
    }
    // Next values have their numbers only now.
    for (const ValueId id : order.values) {
        const Value& value = dag[id];
        if (value.op != WEFT_OP_LOOP) continue;
        text.loops[loop_entries[value.aux]].next = static_cast<std::uint32_t>(text.args.size());
        for (const ValueId next : dag.args(id).subspan(2 + carried_count(value)))
            text.args.push_back(numbers[next]);
    }
    return text;
}

}  // namespace weft::ir

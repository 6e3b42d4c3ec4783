#include "kit/kernel.h"

#include <utility>

namespace weft::kit {

Ir::Id Ir::add(weft_ir_value value, const std::vector<Id>& args) {
    value.arg_count = static_cast<std::uint32_t>(args.size());
    value.args = list(args);
    for (const Id arg : args) value.varies |= values_[arg].varies;
    values_.push_back(value);
    return static_cast<Id>(values_.size() - 1);
}

Ir::Id Ir::list(const std::vector<Id>& values) {
    const auto first = static_cast<Id>(args_.size());
    args_.insert(args_.end(), values.begin(), values.end());
    return first;
}

Ir::Id Ir::constant(double v) {
    weft_ir_value value{};
    value.op = WEFT_OP_CONST;
    value.imm = v;
    return add(value, {});
}

Ir::Id Ir::field(std::uint32_t field, std::uint8_t varies, bool f64) {
    weft_ir_value value{};
    value.op = WEFT_OP_FIELD;
    value.aux = field;
    value.varies = varies;
    value.precision = f64;
    return add(value, {});
}

Ir::Id Ir::uniform(std::uint32_t index) {
    weft_ir_value value{};
    value.op = WEFT_OP_UNIFORM;
    value.aux = index;
    value.varies = WEFT_VARIES_FRAME;
    return add(value, {});
}

Ir::Id Ir::param(std::uint32_t index) {
    weft_ir_value value{};
    value.op = WEFT_OP_PARAM;
    value.aux = index;
    value.varies = WEFT_VARIES_PROGRAM;
    return add(value, {});
}

Ir::Id Ir::op(std::uint16_t op, std::vector<Id> args, bool f64) {
    weft_ir_value value{};
    value.op = op;
    value.precision = f64;
    return add(value, args);
}

Ir::Id Ir::sample(std::uint32_t input, std::vector<Id> coords, bool f64) {
    weft_ir_value value{};
    value.op = WEFT_OP_SAMPLE;
    value.aux = input;
    value.varies = WEFT_VARIES_FRAME;
    value.precision = f64;
    return add(value, coords);
}

void Ir::affine(Id value, std::uint32_t arg, std::uint32_t field, double scale, Id base) {
    affines_.push_back({value, arg, field, base, scale});
}

Ir::Id Ir::begin_loop(Id from, Id to, std::vector<Id> initial, std::uint8_t varies) {
    weft_ir_value value{};
    value.op = WEFT_OP_LOOP;
    value.aux = static_cast<std::uint32_t>(loops_.size());
    value.varies = varies;
    std::vector<Id> args{from, to};
    args.insert(args.end(), initial.begin(), initial.end());
    const Id loop = add(value, args);
    loops_.push_back({loop, 0, static_cast<std::uint32_t>(initial.size()), 0});
    return loop;
}

Ir::Id Ir::index(Id loop) {
    return op(WEFT_OP_LOOP_INDEX, {loop});
}

Ir::Id Ir::carried(Id loop, std::uint32_t which) {
    const Id made = op(WEFT_OP_LOOP_CARRIED, {loop});
    values_[made].aux = which;
    return made;
}

void Ir::end_loop(Id loop, std::vector<Id> next) {
    weft_ir_loop& l = loops_[values_[loop].aux];
    l.body_count = static_cast<std::uint32_t>(values_.size()) - loop - 1;
    l.next = list(next);
}

Ir::Id Ir::result(Id loop, std::uint32_t which) {
    const Id made = op(WEFT_OP_LOOP_RESULT, {loop});
    values_[made].aux = which;
    return made;
}

weft_ir Ir::view() const {
    weft_ir ir{};
    ir.struct_size = sizeof ir;
    ir.values = values_.data();
    ir.value_count = static_cast<std::uint32_t>(values_.size());
    ir.args = args_.data();
    ir.arg_count = static_cast<std::uint32_t>(args_.size());
    ir.loops = loops_.data();
    ir.loop_count = static_cast<std::uint32_t>(loops_.size());
    ir.affines = affines_.data();
    ir.affine_count = static_cast<std::uint32_t>(affines_.size());
    return ir;
}

void KernelText::store(std::uint32_t output, const std::vector<Ir::Id>& values,
                       std::uint32_t channel) {
    stores.push_back({output, channel, static_cast<std::uint32_t>(values.size()), ir.list(values)});
}

}  // namespace weft::kit

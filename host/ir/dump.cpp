// IR for people: one value a line.
#include <fmt/format.h>

#include <array>
#include <string>

#include "eval/eval.h"
#include "ir/lower.h"

namespace weft::ir {

namespace {

std::string field_name(std::uint32_t field) {
    static constexpr std::array<std::string_view, WEFT_FIELD_COUNT> names = {
#define WEFT_FIELD(number, NAME, name, klass, value, doc) name,
#include <weft/fields.def>
#undef WEFT_FIELD
    };
    if (field < names.size()) return std::string(names[field]);
    if (field == WEFT_FIELD_ROW_TIME) return "row_time";
    if (field == WEFT_FIELD_COLUMN_TIME) return "column_time";
    return fmt::format("field {}", field);
}

std::string op_name(std::uint16_t op) {
    static constexpr std::array<std::string_view, 9> structural = {
        "const", "field", "uniform", "param", "sample", "loop", "index", "carried", "result"};
    if (op < structural.size()) return std::string(structural[op]);
    const weft_op_info* info = weft_op_info_of(op);
    if (info == nullptr) return fmt::format("op {}", op);
    std::string name = info->id;
    for (char& c : name) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return name;
}

std::string_view rate_name(std::uint8_t varies) {
    if ((varies & WEFT_VARIES_POINT) == WEFT_VARIES_POINT) return "point";
    if (varies & WEFT_VARIES_COLUMN) return "column";
    if (varies & WEFT_VARIES_ROW) return "row";
    if (varies & WEFT_VARIES_FRAME) return "frame";
    return varies ? "program" : "constant";
}

}  // namespace

std::string dump(const IrText& ir) {
    std::string text;
    std::vector<std::size_t> ends;  // of the loops that are open
    for (std::size_t i = 0; i < ir.values.size(); ++i) {
        while (!ends.empty() && ends.back() == i) ends.pop_back();
        const weft_ir_value& value = ir.values[i];
        text += fmt::format("{:{}}%{} = {}", "", ends.size() * 2, i, op_name(value.op));
        switch (value.op) {
            case WEFT_OP_CONST: text += fmt::format(" {}", value.imm); break;
            case WEFT_OP_FIELD: text += ' ' + field_name(value.aux); break;
            case WEFT_OP_UNIFORM:
            case WEFT_OP_PARAM:
            case WEFT_OP_SAMPLE:
            case WEFT_OP_LOOP_CARRIED:
            case WEFT_OP_LOOP_RESULT: text += fmt::format(" {}", value.aux); break;
            default: break;
        }
        for (std::uint32_t a = 0; a < value.arg_count; ++a)
            text += fmt::format(" %{}", ir.args[value.args + a]);
        text += fmt::format(" : {} {}", value.precision == WEFT_PRECISION_F32 ? "f32" : "f64",
                            rate_name(value.varies));
        if (value.op == WEFT_OP_LOOP) {
            const weft_ir_loop& loop = ir.loops[value.aux];
            text += " next";
            for (std::uint32_t n = 0; n < loop.carried_count; ++n)
                text += fmt::format(" %{}", ir.args[loop.next + n]);
            ends.push_back(i + 1 + loop.body_count);
        }
        text += '\n';
    }
    for (const weft_ir_affine& affine : ir.affines) {
        text += fmt::format("%{} operand {} = {} * {} + %{}\n", affine.value, affine.arg,
                            affine.scale, field_name(affine.field), affine.base);
    }
    return text;
}

}  // namespace weft::ir

// Kernels for tests, written by hand: each function appends a value and returns its number.
#pragma once

#include <weft/batch.h>

#include <cstdint>
#include <initializer_list>
#include <vector>

namespace weft::test {

class IrBuilder {
public:
    using Value = std::uint32_t;

    // Precision of the values appended from here on.
    std::uint8_t precision = WEFT_PRECISION_F32;
    // Where the kernel will run: decides what its fields vary with.
    std::uint32_t domain = WEFT_DOMAIN_RASTER;

    Value constant(double v) {
        const Value i = append(WEFT_OP_CONST, kNone, 0);
        values_[i].imm = v;
        return i;
    }
    Value field(std::uint32_t f) { return append(WEFT_OP_FIELD, kNone, f); }
    Value uniform(std::uint32_t index) {
        if (uniforms_ <= index) uniforms_ = index + 1;
        return append(WEFT_OP_UNIFORM, kNone, index);
    }
    Value param(std::uint32_t index) { return append(WEFT_OP_PARAM, kNone, index); }
    Value op(std::uint32_t number, std::initializer_list<Value> operands) {
        return append(number, operands, 0);
    }
    Value op(std::uint32_t number, const std::vector<Value>& operands) {
        return append(number, operands, 0);
    }
    Value sample(std::uint32_t input, std::initializer_list<Value> coords) {
        return append(WEFT_OP_SAMPLE, coords, input);
    }

    // for i in (from to to): body between begin_loop and end_loop.
    Value begin_loop(Value from, Value to, const std::vector<Value>& initial) {
        std::vector<Value> operands{from, to};
        operands.insert(operands.end(), initial.begin(), initial.end());
        const auto number = static_cast<std::uint32_t>(loops_.size());
        const Value loop = append(WEFT_OP_LOOP, operands, number);
        loops_.push_back({loop, 0, static_cast<std::uint32_t>(initial.size()), 0});
        return loop;
    }
    Value index(Value loop) { return append(WEFT_OP_LOOP_INDEX, std::vector<Value>{loop}, 0); }
    Value carried(Value loop, std::uint32_t which) {
        return append(WEFT_OP_LOOP_CARRIED, std::vector<Value>{loop}, which);
    }
    void end_loop(Value loop, const std::vector<Value>& next) {
        weft_ir_loop& info = loops_[values_[loop].aux];
        info.body_count = static_cast<std::uint32_t>(values_.size()) - loop - 1;
        info.next = static_cast<std::uint32_t>(args_.size());
        args_.insert(args_.end(), next.begin(), next.end());
    }
    Value result(Value loop, std::uint32_t which) {
        return append(WEFT_OP_LOOP_RESULT, std::vector<Value>{loop}, which);
    }

    // A list of value numbers for a weft_store.
    std::uint32_t list(const std::vector<Value>& numbers) {
        const auto at = static_cast<std::uint32_t>(args_.size());
        args_.insert(args_.end(), numbers.begin(), numbers.end());
        return at;
    }

    // Points into this object.
    [[nodiscard]] weft_ir view() const {
        weft_ir ir{};
        ir.struct_size = sizeof ir;
        ir.values = values_.data();
        ir.value_count = static_cast<std::uint32_t>(values_.size());
        ir.args = args_.data();
        ir.arg_count = static_cast<std::uint32_t>(args_.size());
        ir.loops = loops_.data();
        ir.loop_count = static_cast<std::uint32_t>(loops_.size());
        ir.uniform_count = uniforms_;
        return ir;
    }

private:
    static constexpr std::initializer_list<Value> kNone{};

    [[nodiscard]] std::uint8_t leaf_varies(std::uint32_t number, std::uint32_t aux) const {
        constexpr std::uint8_t kAll = WEFT_VARIES_PROGRAM | WEFT_VARIES_FRAME | WEFT_VARIES_POINT;
        switch (number) {
            case WEFT_OP_PARAM: return WEFT_VARIES_PROGRAM;
            case WEFT_OP_UNIFORM: return WEFT_VARIES_FRAME;
            case WEFT_OP_SAMPLE: return domain == WEFT_DOMAIN_STREAM ? kAll : WEFT_VARIES_FRAME;
            // A carried value may come to vary with anything.
            case WEFT_OP_LOOP: return kAll;
            case WEFT_OP_FIELD:
                if (domain != WEFT_DOMAIN_RASTER) return WEFT_VARIES_POINT;
                return aux == WEFT_FIELD_X   ? WEFT_VARIES_COLUMN
                       : aux == WEFT_FIELD_Y ? WEFT_VARIES_ROW
                                             : WEFT_VARIES_FRAME;
            default: return 0;
        }
    }

    template <class List>
    Value append(std::uint32_t number, const List& operands, std::uint32_t aux) {
        weft_ir_value v{};
        v.op = static_cast<std::uint16_t>(number);
        v.varies = leaf_varies(number, aux);
        for (const Value operand : operands)
            v.varies = static_cast<std::uint8_t>(v.varies | values_[operand].varies);
        v.precision = precision;
        v.arg_count = static_cast<std::uint32_t>(operands.size());
        v.args = static_cast<std::uint32_t>(args_.size());
        v.aux = aux;
        args_.insert(args_.end(), operands.begin(), operands.end());
        values_.push_back(v);
        return static_cast<Value>(values_.size() - 1);
    }

    std::vector<weft_ir_value> values_;
    std::vector<std::uint32_t> args_;
    std::vector<weft_ir_loop> loops_;
    std::uint32_t uniforms_ = 0;
};

}  // namespace weft::test

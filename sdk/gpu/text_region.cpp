#include "gpu/text_region.h"

#include <cmath>

#include <weft/cpp/backend.hpp>

#include "gpu/math/math.h"

using namespace std::string_literals;

namespace weft::gpu {
namespace {

bool is_number(const PlanValue& value) {
    return value.op == WEFT_OP_CONST || value.op == WEFT_OP_UNIFORM || value.op == WEFT_OP_PARAM ||
           value.op == kOpConstOfTurn || value.op == kOpUniformOfTurn;
}

const char* infix(std::uint16_t op) {
    switch (op) {
        case WEFT_OP_ADD: return " + ";
        case WEFT_OP_SUB: return " - ";
        case WEFT_OP_MUL: return " * ";
        default: return nullptr;
    }
}

const char* nought(Real real) {
    return real.d ? "NOUGHT_D" : "NOUGHT_F";
}

}  // namespace

std::string Region::let(const char* type, const std::string& expression) {
    for (std::size_t place = here(); place < known_.size(); ++place) {
        const auto found = known_[place].find(expression);
        if (found != known_[place].end()) return found->second;
    }
    std::string name = w.name("t");
    const bool real = *type == 'F' || *type == 'D';
    w.line((real ? "EXACT " : "") + std::string(type) + " " + name + " = " + expression + ";");
    known_[here()][expression] = name;
    return name;
}

// Fixed values are computed in double: there are few, and they are rounded once at the end.
Real Region::real_of(std::uint32_t value) const {
    const PlanValue& v = plan.values[value];
    if (!w.options.f64) return {false};
    if (exact_) return {true};
    const bool state = v.op == WEFT_OP_LOOP_CARRIED || v.op == WEFT_OP_LOOP_RESULT;
    if (state) return {bool(plan.loops[plan.values[v.args[0]].aux].carried_f64[v.aux])};
    if (v.op == WEFT_OP_LOOP_INDEX) return {plan.loops[plan.values[v.args[0]].aux].f64};
    return {v.f64 || v.varies == 0};
}

bool Region::is_leaf(std::uint32_t value) const {
    const PlanValue& v = plan.values[value];
    if (is_number(v)) return true;
    if (v.op == WEFT_OP_FIELD && v.varies == 0 && over != Over::points && v.aux < WEFT_FIELD_COUNT)
        return true;
    if (scratch_.count(value) != 0) return true;
    return over == Over::raster && plan.tables.count(value) != 0;
}

std::string Region::leaf(std::uint32_t value, Real as) {
    const PlanValue& v = plan.values[value];
    if (v.op == WEFT_OP_CONST && v.imm == 0.0 && w.options.zero_hidden)
        return (std::signbit(v.imm) ? "(-"s : "("s) + nought(as) + ")";
    if (v.op == WEFT_OP_CONST) return w.num(as, v.imm);
    if (v.op == kOpConstOfTurn)
        return (as.d ? "DNUM("s : "NUM("s) + w.table(as.d ? "double" : "float", plan.turns[v.aux]) +
               turn_of(value) + ")";
    if (v.op == kOpUniformOfTurn)
        return (as.d ? "DNUM(NUMBER_D("s : "NUM(NUMBER_F("s) + w.table("int", plan.turns[v.aux]) +
               turn_of(value) + "))";
    std::uint32_t number = kNone;
    if (v.op == WEFT_OP_FIELD) number = v.aux;
    if (v.op == WEFT_OP_UNIFORM) number = kFirstUniformNumber + v.aux;
    if (v.op == WEFT_OP_PARAM) number = kFirstUniformNumber + w.text.args.uniforms + v.aux;
    if (number != kNone && scratch_.count(value) == 0) {
        const std::string k = std::to_string(number);
        return as.d ? "DNUM(NUMBER_D(" + k + "))" : "NUM(NUMBER_F(" + k + "))";
    }
    std::string text;
    Real real{true};
    const Words::Place before = w.place;
    const auto handed = scratch_.find(value);
    if (handed != scratch_.end()) {
        text = "GET_F64(" + w.parameter(Use::scratch) + " + " + std::to_string(handed->second) +
               "ul, sample_index)";
        real.d = w.options.f64;
        if (!real.d) text.replace(0, 7, "GET_F32");
    } else {
        const TableSlot& slot = plan.tables.at(value);
        real.d = slot.f64;
        const std::string memory = w.parameter(slot.rows ? Use::rows : Use::columns) + " + " +
                                   std::to_string(slot.offset) + "ul";
        const std::string size = slot.f64 ? "F64(" : "F32(";
        const std::uint8_t along = slot.rows ? WEFT_VARIES_ROW : WEFT_VARIES_COLUMN;
        if (head_without != 0 && along != head_without) w.place = Words::Place::head;
        if (slot.rows && head_without == WEFT_VARIES_ROW) {
            w.place = Words::Place::head;
            const std::string first = let("P", memory + w.bytes_on("first", slot.f64 ? 8 : 4));
            w.place = before;
            text = (slot.f64 ? "DNUM(ONE_" : "NUM(ONE_") + size + first + ", " +
                   w.scalar_int("point") + "))";
        } else if (slot.rows) {
            text = (slot.f64 ? "DNUM(ONE_" : "NUM(ONE_") + size + memory + ", " +
                   w.scalar_int("gy") + "))";
        } else {
            text = "ROW_" + size + memory + ", first_column)";
        }
    }
    const std::string name = let(real.type(), text);
    w.place = before;
    return Words::convert(name, real, as);
}

std::string Region::use(std::uint32_t value, Real as) {
    if (!w.options.f64) as.d = false;
    if (is_leaf(value)) return leaf(value, as);
    return Words::convert("v" + std::to_string(value), real_of(value), as);
}

void Region::mark(std::uint32_t root, std::vector<bool>& needed) const {
    std::vector<std::uint32_t> open{root};
    while (!open.empty()) {
        const std::uint32_t value = open.back();
        open.pop_back();
        if (needed[value] || done_[value]) continue;
        needed[value] = true;
        if (is_leaf(value)) continue;
        for (const std::uint32_t need : plan.needs(value)) open.push_back(need);
    }
}

void Region::run(const std::vector<std::uint32_t>& roots) {
    std::vector<bool> needed(plan.values.size());
    for (const std::uint32_t root : roots) mark(root, needed);
    emit(0, static_cast<std::uint32_t>(plan.values.size()), needed);
    for (std::size_t i = 0; i < needed.size(); ++i) done_[i] = done_[i] || needed[i];
}

void Region::emit(std::uint32_t begin, std::uint32_t end, const std::vector<bool>& needed) {
    const Words::Place before = w.place;
    for (std::uint32_t i = begin; i < end; ++i) {
        const PlanValue& value = plan.values[i];
        w.place = in_head(i) ? Words::Place::head : before;
        if (value.op == WEFT_OP_LOOP) {
            if (needed[i]) emit_loop(i, needed);
            i = plan.loops[value.aux].end - 1;
            continue;
        }
        if (needed[i] && !is_leaf(i) && !emit_pair(i, needed)) emit_value(i);
    }
    w.place = before;
}

// Whether several points of a thread share it.
bool Region::in_head(std::uint32_t value) const {
    const auto alike = [&](std::uint32_t i) { return (plan.values[i].varies & head_without) == 0; };
    const PlanValue& v = plan.values[value];
    if (head_without == 0 || v.loop != kNone || !alike(value)) return false;
    if (v.op != WEFT_OP_LOOP) return true;
    for (std::uint32_t i = value + 1; i < plan.loops[v.aux].end; ++i)
        if (!alike(i)) return false;
    return true;
}

void Region::emit_value(std::uint32_t index) {
    const PlanValue& value = plan.values[index];
    const Real real = real_of(index);
    const std::string name = "v" + std::to_string(index);
    const auto define = [&](const std::string& expression) {
        w.line(std::string("EXACT ") + real.type() + " " + name + " = " + expression + ";");
    };
    switch (value.op) {
        case WEFT_OP_FIELD: define(field(value.aux, real)); return;
        case WEFT_OP_SAMPLE: define(sample(index, real)); return;
        // These are defined with their loop.
        case WEFT_OP_LOOP_INDEX:
        case WEFT_OP_LOOP_CARRIED: return;
        case WEFT_OP_LOOP_RESULT:
            define("c" + std::to_string(value.args[0]) + "_" + std::to_string(value.aux));
            return;
        default: define(operate(index, real)); return;
    }
}

// The sine and the cosine of one angle share most of their work.
bool Region::emit_pair(std::uint32_t index, const std::vector<bool>& needed) {
    if (paired_.count(index) != 0) return true;
    const PlanValue& value = plan.values[index];
    const bool sine = value.op == WEFT_OP_SIN;
    if (!w.options.fused || !(sine || value.op == WEFT_OP_COS) || operating(index).d ||
        w.is_native(WEFT_OP_SIN) || w.is_native(WEFT_OP_COS))
        return false;
    const std::uint16_t other = sine ? WEFT_OP_COS : WEFT_OP_SIN;
    for (std::uint32_t i = index + 1; i < plan.values.size(); ++i) {
        const PlanValue& partner = plan.values[i];
        if (!needed[i] || is_leaf(i) || partner.op != other || partner.args[0] != value.args[0] ||
            partner.loop != value.loop || operating(i).d || real_of(i).d != real_of(index).d)
            continue;
        paired_.insert(i);
        w.sin_cos = true;
        const std::string sine_name = "v" + std::to_string(sine ? index : i);
        const std::string cosine_name = "v" + std::to_string(sine ? i : index);
        w.line("F " + cosine_name + ";");
        w.line("F " + sine_name + " = w_sin_cos_f(" + use(value.args[0], {false}) + ", REF(" +
               cosine_name + "));");
        return true;
    }
    return false;
}

// The widest of its own precision and that of the operands that vary.
Real Region::operating(std::uint32_t index) const {
    Real real = real_of(index);
    const PlanValue& value = plan.values[index];
    for (std::size_t i = 0; i < value.args.size(); ++i) {
        if (value.op == WEFT_OP_SELECT && i == 0) continue;
        const PlanValue& operand = plan.values[value.args[i]];
        if (operand.varies != 0 && !is_number(operand) && real_of(value.args[i]).d) real.d = true;
    }
    return real;
}

// A sum of a product and something else, rounded once where the device does so in one step. Two
// products stay apart: where they are equal, their difference is 0 and not what one lost.
std::string Region::fused_product(std::uint32_t index, Real wide) {
    const PlanValue& value = plan.values[index];
    if (!w.options.fused || wide.d || (value.op != WEFT_OP_ADD && value.op != WEFT_OP_SUB))
        return {};
    const auto product = [&](std::size_t i) {
        const std::uint32_t of = value.args[i];
        return plan.values[of].op == WEFT_OP_MUL && !is_leaf(of) && !real_of(of).d &&
               !operating(of).d;
    };
    if (product(0) == product(1)) return {};
    const std::size_t which = product(0) ? 0 : 1;
    const PlanValue& of = plan.values[value.args[which]];
    std::string other = use(value.args[1 - which], wide);
    std::string factor = use(of.args[0], wide);
    if (value.op == WEFT_OP_SUB) (which == 0 ? other : factor).insert(0, "-");
    return "FMA(" + factor + ", " + use(of.args[1], wide) + ", " + other + ")";
}

std::string Region::operate(std::uint32_t index, Real real) {
    const PlanValue& value = plan.values[index];
    const Real wide = operating(index);
    const bool zeroes =
        value.op == WEFT_OP_MUL || value.op == WEFT_OP_DIV || value.op == WEFT_OP_MOD;
    const auto operand = [&](std::size_t i) {
        const PlanValue& of = plan.values[value.args[i]];
        // Some drivers take a product with a number known to be 0 for 0, whatever the other is.
        const bool zero = zeroes && of.op == WEFT_OP_CONST && !std::signbit(of.imm) &&
                          (wide.d ? of.imm : static_cast<double>(static_cast<float>(of.imm))) == 0;
        if (zero && w.options.target == Target::glsl) return std::string(nought(wide));
        return use(value.args[i], wide);
    };
    std::string made;
    if (value.op == WEFT_OP_SELECT) {
        // The condition keeps its own precision: what is not zero must not be rounded to it.
        const std::uint32_t condition = value.args[0];
        const bool number = is_number(plan.values[condition]) || is_leaf(condition);
        const Real own = number ? wide : real_of(condition);
        std::string zero = use(condition, own) + " == " + w.num(own, 0.0);
        if (own.d != wide.d) zero = (own.d ? "B_OF(" : "BD_OF(") + zero + ")";
        made = std::string(wide.sel()) + "(" + zero + ", " + operand(2) + ", " + operand(1) + ")";
    } else if (const std::string fused = fused_product(index, wide); !fused.empty()) {
        made = fused;
    } else if (infix(value.op) != nullptr) {
        made = operand(0) + infix(value.op) + operand(1);
    } else if (value.op == WEFT_OP_NEG) {
        made = "-" + operand(0);
    } else {
        std::string args;
        for (std::size_t i = 0; i < value.args.size(); ++i)
            args += (i == 0 ? "" : ", ") + operand(i);
        made = w.call(value.op, wide, args);
    }
    return Words::convert(made, wide, real);
}

std::string Region::field(std::uint32_t number, Real as) {
    if (over == Over::points) return Words::convert(point_field(number), w.widest(), as);
    const bool across = number == WEFT_FIELD_X;
    if (plan.domain == WEFT_DOMAIN_RASTER && (across || number == WEFT_FIELD_Y)) {
        const std::string place = as.of_int(across ? "column" : "row") + " + " + w.num(as, 0.5);
        const auto count = static_cast<double>(across ? plan.width : plan.height);
        // Of a whole number of singles the quotient, corrected by its exact remainder.
        if (w.options.fused && !as.d) return w.corrected_quotient(let(as.type(), place), count);
        return w.call(WEFT_OP_DIV, as, place + ", " + w.num(as, count));
    }
    if (plan.domain == WEFT_DOMAIN_STREAM)
        return Words::convert(stream_field(number), w.widest(), as);
    if (number < WEFT_FIELD_COUNT) {
        const std::string k = std::to_string(number);
        return as.d ? "DNUM(NUMBER_D(" + k + "))" : "NUM(NUMBER_F(" + k + "))";
    }
    return w.num(as, 0.0);
}

// Points hold the fields that are read, each in an array.
std::string Region::point_field(std::uint32_t number) {
    std::vector<std::uint32_t>& fields = w.text.point_fields;
    if (!w.options.f64)
        throw cpp::Failure(WEFT_UNSUPPORTED, "values at free points need a device with doubles");
    if (number == WEFT_FIELD_ROW_TIME) number = WEFT_FIELD_ABSTIME;
    if (number == WEFT_FIELD_COLUMN_TIME) return w.num({true}, 0.0);
    std::size_t k = 0;
    while (k < fields.size() && fields[k] != number) ++k;
    if (k == fields.size()) fields.push_back(number);
    const std::string stride = w.whole(Whole::point_stride);
    return "GET_F64(" + w.parameter(Use::points) + ", " + std::to_string(k) + " * " + stride +
           " + point)";
}

}  // namespace weft::gpu

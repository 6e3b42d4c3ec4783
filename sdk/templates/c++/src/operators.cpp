// One table: what is not in it is not supported, and everything else follows from that. To support
// an operator write its row. <weft/ops.def> lists all there are with their meaning and with the
// error that a back end in f32 may have; <weft/meaning.h> computes them in f64.
#include "operators.h"

#include <weft/ops.h>

#include <array>
#include <cmath>

namespace TEMPLATE_NAME_plugin {
namespace {

using Table = std::array<Operator, WEFT_OP_LIMIT>;

Table filled() {
    Table t{};
    t[WEFT_OP_ADD] = [](const double* a) { return a[0] + a[1]; };
    t[WEFT_OP_SUB] = [](const double* a) { return a[0] - a[1]; };
    t[WEFT_OP_MUL] = [](const double* a) { return a[0] * a[1]; };
    t[WEFT_OP_DIV] = [](const double* a) { return a[0] / a[1]; };
    t[WEFT_OP_MOD] = [](const double* a) { return a[0] - a[1] * std::floor(a[0] / a[1]); };
    t[WEFT_OP_POW] = [](const double* a) { return std::pow(a[0], a[1]); };
    t[WEFT_OP_NEG] = [](const double* a) { return -a[0]; };
    t[WEFT_OP_LT] = [](const double* a) { return a[0] < a[1] ? 1.0 : 0.0; };
    t[WEFT_OP_LE] = [](const double* a) { return a[0] <= a[1] ? 1.0 : 0.0; };
    t[WEFT_OP_GT] = [](const double* a) { return a[0] > a[1] ? 1.0 : 0.0; };
    t[WEFT_OP_GE] = [](const double* a) { return a[0] >= a[1] ? 1.0 : 0.0; };
    t[WEFT_OP_EQ] = [](const double* a) { return a[0] == a[1] ? 1.0 : 0.0; };
    t[WEFT_OP_NE] = [](const double* a) { return a[0] != a[1] ? 1.0 : 0.0; };
    t[WEFT_OP_AND] = [](const double* a) { return a[0] != 0 && a[1] != 0 ? 1.0 : 0.0; };
    t[WEFT_OP_OR] = [](const double* a) { return a[0] != 0 || a[1] != 0 ? 1.0 : 0.0; };
    t[WEFT_OP_NOT] = [](const double* a) { return a[0] == 0 ? 1.0 : 0.0; };
    t[WEFT_OP_SELECT] = [](const double* a) { return a[0] != 0 ? a[1] : a[2]; };
    t[WEFT_OP_SIN] = [](const double* a) { return std::sin(a[0]); };
    t[WEFT_OP_COS] = [](const double* a) { return std::cos(a[0]); };
    t[WEFT_OP_SQRT] = [](const double* a) { return std::sqrt(a[0]); };
    t[WEFT_OP_ABS] = [](const double* a) { return std::fabs(a[0]); };
    t[WEFT_OP_FLOOR] = [](const double* a) { return std::floor(a[0]); };
    t[WEFT_OP_FRACT] = [](const double* a) { return a[0] - std::floor(a[0]); };
    t[WEFT_OP_MIN] = [](const double* a) { return std::fmin(a[0], a[1]); };
    t[WEFT_OP_MAX] = [](const double* a) { return std::fmax(a[0], a[1]); };
    return t;
}

}  // namespace

Operator operator_named(std::uint32_t op) {
    static const Table table = filled();
    return op < table.size() ? table[op] : nullptr;
}

const char* operator_word(std::uint32_t op) {
    switch (op) {
        case WEFT_OP_SAMPLE: return "reading a picture";
        case WEFT_OP_LOOP:
            return "a loop";
// clang-format off
#define WEFT_OP(number, NAME, name, arity, meaning, cpu, ulp, cost, doc) \
    case number: return name[0] != 0 ? name : #NAME;
#include <weft/ops.def>
        // clang-format on
        default: return "?";
    }
}

}  // namespace TEMPLATE_NAME_plugin

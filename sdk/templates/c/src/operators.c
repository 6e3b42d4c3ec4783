/* One switch: what is not in it is not supported, and everything else follows from that. To support
 * an operator write its case. <weft/ops.def> lists all there are with their meaning and with the
 * error that a back end in f32 may have; <weft/meaning.h> computes them in f64. */
#include "operators.h"

#include <weft/meaning.h>

static double compute(uint32_t op, const double* a, int* known) {
    switch (op) {
        case WEFT_OP_ADD: return a[0] + a[1];
        case WEFT_OP_SUB: return a[0] - a[1];
        case WEFT_OP_MUL: return a[0] * a[1];
        case WEFT_OP_DIV: return a[0] / a[1];
        case WEFT_OP_MOD: return a[0] - a[1] * floor(a[0] / a[1]);
        case WEFT_OP_POW: return pow(a[0], a[1]);
        case WEFT_OP_NEG: return -a[0];
        case WEFT_OP_LT: return a[0] < a[1];
        case WEFT_OP_LE: return a[0] <= a[1];
        case WEFT_OP_GT: return a[0] > a[1];
        case WEFT_OP_GE: return a[0] >= a[1];
        case WEFT_OP_EQ: return a[0] == a[1];
        case WEFT_OP_NE: return a[0] != a[1];
        case WEFT_OP_AND: return a[0] != 0 && a[1] != 0;
        case WEFT_OP_OR: return a[0] != 0 || a[1] != 0;
        case WEFT_OP_NOT: return a[0] == 0;
        case WEFT_OP_SELECT: return a[0] != 0 ? a[1] : a[2];
        case WEFT_OP_SIN: return sin(a[0]);
        case WEFT_OP_COS: return cos(a[0]);
        case WEFT_OP_SQRT: return sqrt(a[0]);
        case WEFT_OP_ABS: return fabs(a[0]);
        case WEFT_OP_FLOOR: return floor(a[0]);
        case WEFT_OP_FRACT: return a[0] - floor(a[0]);
        case WEFT_OP_MIN: return fmin(a[0], a[1]);
        case WEFT_OP_MAX: return fmax(a[0], a[1]);
        default: *known = 0; return NAN;
    }
}

int operator_is_known(uint32_t op) {
    const double any[3] = {0, 0, 0};
    int known = 1;
    (void)compute(op, any, &known);
    return known;
}

double operator_value(uint32_t op, const double* a) {
    int known = 1;
    return compute(op, a, &known);
}

const char* operator_word(uint32_t op) {
    switch (op) {
        case WEFT_OP_SAMPLE: return "reading a picture";
        case WEFT_OP_LOOP:
            return "a loop";
/* clang-format off */
#define WEFT_OP(number, NAME, name, arity, meaning, cpu, ulp, cost, doc) \
    case number: return name[0] ? name : #NAME;
#include <weft/ops.def>
        /* clang-format on */
        default: return "?";
    }
}

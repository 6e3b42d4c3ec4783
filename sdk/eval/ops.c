/* What each operator means. Everything here is generated from ops.def but the few meanings that are
 * longer than an expression. */
#include "eval/eval.h"

#include <math.h>

static const weft_op_info op_infos[WEFT_OP_LIMIT] = {
    [WEFT_OP_CONST] = {"CONST", "", 0, 0, 0, "a number"},
    [WEFT_OP_FIELD] = {"FIELD", "", 0, 0, 0, "a coordinate"},
    [WEFT_OP_UNIFORM] = {"UNIFORM", "", 0, 0, 0, "a number the host computes once a frame"},
    [WEFT_OP_PARAM] = {"PARAM", "", 0, 0, 0, "a live parameter"},
    [WEFT_OP_SAMPLE] = {"SAMPLE", "", 0, 0, 30, "a materialised strand, read at its operands"},
    [WEFT_OP_LOOP] = {"LOOP", "", 0, 0, 4, "a loop: from, to, initial values"},
    [WEFT_OP_LOOP_INDEX] = {"LOOP_INDEX", "", 1, 0, 1, "the number of the turn"},
    [WEFT_OP_LOOP_CARRIED] = {"LOOP_CARRIED", "", 1, 0, 0, "a value handed from turn to turn"},
    [WEFT_OP_LOOP_RESULT] = {"LOOP_RESULT", "", 1, 0, 0, "a carried value after the last turn"},
#define WEFT_OP(number, NAME, name, arity, meaning, cpu, ulp, cost, doc) \
    [number] = {#NAME, name, arity, ulp, cost, doc},
#include <weft/ops.def>
};

const weft_op_info* weft_op_info_of(uint32_t op) {
    return op < WEFT_OP_LIMIT && op_infos[op].id ? &op_infos[op] : NULL;
}

double weft_eval_op(uint32_t op, const double* args) {
    switch (op) {
#define WEFT_OP(number, NAME, name, arity, meaning, cpu, ulp, cost, doc) \
    case number: {                                                       \
        const double a = args[0];                                        \
        const double b = (arity) > 1 ? args[1] : 0.0;                    \
        const double c = (arity) > 2 ? args[2] : 0.0;                    \
        (void)b;                                                         \
        (void)c;                                                         \
        return meaning;                                                  \
    }
#include <weft/ops.def>
        default: return NAN;
    }
}

double weft_eval_mod(double a, double b) {
    return a - b * floor(a / b);
}

double weft_eval_sign(double a) {
    if (isnan(a)) return a;
    return a > 0.0 ? 1.0 : a < 0.0 ? -1.0 : 0.0;
}

/* The floor of a number, modulo 2^32. What is not finite counts as 0. Exact: fmod is. */
static uint32_t lattice(double a) {
    if (!isfinite(a)) return 0;
    double m = fmod(floor(a), 4294967296.0);
    if (m < 0.0) m += 4294967296.0;
    return (uint32_t)m;
}

/* PCG3D: Jarzynski and Olano, "Hash Functions for GPU Rendering", 2020. */
double weft_eval_hash(double a, double b, double c) {
    uint32_t x = lattice(a) * 1664525u + 1013904223u;
    uint32_t y = lattice(b) * 1664525u + 1013904223u;
    uint32_t z = lattice(c) * 1664525u + 1013904223u;
    x += y * z;
    y += z * x;
    z += x * y;
    x ^= x >> 16;
    y ^= y >> 16;
    z ^= z >> 16;
    x += y * z;
    return (double)(x >> 8) / 16777216.0;
}

double weft_eval_noise(double x, double y, double t) {
    const double p[3] = {3.1 * x, 3.1 * y, 0.5 * t};
    double base[3], weight[3];
    for (int i = 0; i < 3; ++i) {
        base[i] = floor(p[i]);
        const double f = p[i] - base[i];
        weight[i] = f * f * (3.0 - 2.0 * f);
    }
    double planes[2];
    for (int k = 0; k < 2; ++k) {
        double rows[2];
        for (int j = 0; j < 2; ++j) {
            const double left = weft_eval_hash(base[0], base[1] + j, base[2] + k);
            const double right = weft_eval_hash(base[0] + 1.0, base[1] + j, base[2] + k);
            rows[j] = left + (right - left) * weight[0];
        }
        planes[k] = rows[0] + (rows[1] - rows[0]) * weight[1];
    }
    return planes[0] + (planes[1] - planes[0]) * weight[2];
}

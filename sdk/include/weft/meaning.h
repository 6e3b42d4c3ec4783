/* What each operator means, in f64, for whoever interprets a kernel, folds its constants, or checks
 * what a device computed. The functions are inline: there is nothing to link but the C library's
 * mathematics. Compile with -ffp-contract=off where the processor fuses products and sums: the
 * meanings are IEEE, operation by operation. */
#ifndef WEFT_MEANING_H
#define WEFT_MEANING_H

#include <math.h>
#include <stdint.h>

#include "abi.h"
#include "ops.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Meanings that are longer than an expression, as ops.def calls them. */
static inline double weft_eval_mod(double a, double b) {
    return a - b * floor(a / b);
}

static inline double weft_eval_sign(double a) {
    if (a != a) return a;
    return a > 0.0 ? 1.0 : a < 0.0 ? -1.0 : 0.0;
}

/* The floor of a number, modulo 2^32. What is not finite counts as 0. Exact: fmod is. */
static inline uint32_t weft_eval_lattice(double a) {
    uint32_t result = 0;
    if (fabs(a) <= 1.7976931348623157e308) {
        const double m = fmod(floor(a), 4294967296.0);
        result = WEFT_CAST(uint32_t, m < 0.0 ? m + 4294967296.0 : m);
    }
    return result;
}

/* PCG3D: Jarzynski and Olano, "Hash Functions for GPU Rendering", 2020. */
static inline double weft_eval_hash(double a, double b, double c) {
    uint32_t x = weft_eval_lattice(a) * 1664525u + 1013904223u;
    uint32_t y = weft_eval_lattice(b) * 1664525u + 1013904223u;
    uint32_t z = weft_eval_lattice(c) * 1664525u + 1013904223u;
    x += y * z;
    y += z * x;
    z += x * y;
    x ^= x >> 16;
    y ^= y >> 16;
    z ^= z >> 16;
    x += y * z;
    return (x >> 8) / 16777216.0;
}

static inline double weft_eval_noise(double x, double y, double t) {
    const double p[3] = {3.1 * x, 3.1 * y, 0.5 * t};
    double base[3], weight[3], planes[2];
    int i, j, k;
    for (i = 0; i < 3; ++i) {
        const double f = p[i] - floor(p[i]);
        base[i] = floor(p[i]);
        weight[i] = f * f * (3.0 - 2.0 * f);
    }
    for (k = 0; k < 2; ++k) {
        double rows[2];
        for (j = 0; j < 2; ++j) {
            const double left = weft_eval_hash(base[0], base[1] + j, base[2] + k);
            const double right = weft_eval_hash(base[0] + 1.0, base[1] + j, base[2] + k);
            rows[j] = left + (right - left) * weight[0];
        }
        planes[k] = rows[0] + (rows[1] - rows[0]) * weight[1];
    }
    return planes[0] + (planes[1] - planes[0]) * weight[2];
}

/* The value of an operator of ops.def; `args` holds its operands. NaN for any other number. */
static inline double weft_eval_op(uint32_t op, const double* args) {
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
#include "ops.def"
        default: return WEFT_CAST(double, NAN);
    }
}

#ifdef __cplusplus
}
#endif
#endif

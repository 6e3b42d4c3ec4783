/* What the range functions of the operators are made of; internal to the evaluator. */
#ifndef WEFT_EVAL_BOUND_INTERVAL_H
#define WEFT_EVAL_BOUND_INTERVAL_H

#include <float.h>
#include <math.h>

#include "eval/bound.h"

typedef weft_bound_operand operand;

#define HALF_PI 1.57079632679489661923
#define PI 3.14159265358979323846

/* The range of every operator over intervals of its operands, in exact arithmetic: one function per
 * row of ops.def, in bound_arith.c and bound_functions.c. A row without one does not link. */
#define WEFT_OP(number, NAME, name, arity, meaning, cpu, ulp, cost, doc) \
    weft_bound weft_bound_of_##NAME(const weft_bound_operand* x);
#include <weft/ops.def>

static inline weft_bound range(double low, double high, uint32_t nan) {
    const weft_bound r = {low, high, nan, 0};
    return r;
}

static inline weft_bound never(void) {
    return range(0.0, 0.0, WEFT_NAN_ALWAYS);
}

static inline int is_point(const operand* x) {
    return x->bound.nan == WEFT_NAN_NEVER && x->bound.low == x->bound.high;
}

/* A zero has a sign, which matters to what divides by it. */
static inline int sign_known(const operand* x) {
    return !signbit(x->bound.low) == !signbit(x->bound.high);
}

static inline int contains(const operand* x, double v) {
    return x->bound.low <= v && v <= x->bound.high;
}

/* Distance of the farthest allowed value from the reference. */
static inline double spread(const operand* x) {
    return fmax(x->bound.high - x->value, x->value - x->bound.low);
}

/* NaN of arithmetic: certain if one operand is certainly NaN. */
static inline uint32_t nan_of(const operand* x, uint32_t count) {
    uint32_t nan = WEFT_NAN_NEVER;
    for (uint32_t i = 0; i < count; ++i)
        if (x[i].bound.nan > nan) nan = x[i].bound.nan;
    return nan;
}

/* Outwards by the error of the C library, which is below two units in the last place. */
static inline double below(double v) {
    return isfinite(v) ? v - fabs(v) * 4.5e-16 : v;
}
static inline double above(double v) {
    return isfinite(v) ? v + fabs(v) * 4.5e-16 : v;
}

/* Widens the range so that `v`, which was computed with an error when `inexact`, is inside. */
static inline void include(weft_bound* r, double v, int inexact) {
    if (isnan(v)) return;
    const double low = inexact ? nextafter(v, -INFINITY) : v;
    const double high = inexact ? nextafter(v, INFINITY) : v;
    r->low = weft_bound_lesser(r->low, low);
    r->high = weft_bound_greater(r->high, high);
}

static inline weft_bound empty(uint32_t nan) {
    return range(INFINITY, -INFINITY, nan);
}

static inline void include_sum(weft_bound* r, double a, double b) {
    const double s = a + b;
    const double b_part = s - a;
    const double error = (a - (s - b_part)) + (b - b_part); /* exact: Knuth's two-sum */
    include(r, s, !(error == 0.0 || isinf(a) || isinf(b)));
}

static inline int may_be_infinite(const operand* x) {
    return isinf(x->bound.low) || isinf(x->bound.high);
}

#endif

/* Ranges of functions, choices and randomness; and the way from an operator to its range. */
#include "eval/bound_interval.h"

/* --- Functions of one operand ----------------------------------------------------------------- */

static weft_bound rising(const operand* x, double (*f)(double)) {
    if (x->bound.nan == WEFT_NAN_ALWAYS) return never();
    return range(below(f(x->bound.low)), above(f(x->bound.high)), x->bound.nan);
}

/* The same for functions whose results are exact. */
static weft_bound stepping(const operand* x, double (*f)(double)) {
    if (x->bound.nan == WEFT_NAN_ALWAYS) return never();
    return range(f(x->bound.low), f(x->bound.high), x->bound.nan);
}

/* Rising on [least, most], NaN outside. */
static weft_bound rising_within(const operand* x, double least, double most, double (*f)(double)) {
    if (x->bound.nan == WEFT_NAN_ALWAYS || x->bound.high < least || x->bound.low > most)
        return never();
    const int outside = x->bound.low < least || x->bound.high > most;
    const double low = f(fmax(x->bound.low, least));
    const double high = f(fmin(x->bound.high, most));
    return range(below(low), above(high), outside ? WEFT_NAN_MAYBE : x->bound.nan);
}

/* A wave between -1 and 1 with this value and slope at the reference: its curvature is at most 1.
 */
static weft_bound wave(const operand* x, double value, double slope) {
    if (x->bound.nan == WEFT_NAN_ALWAYS) return never();
    if (may_be_infinite(x)) return is_point(x) ? never() : range(-1.0, 1.0, WEFT_NAN_MAYBE);
    if (isnan(value)) return range(-1.0, 1.0, WEFT_NAN_MAYBE);
    const double e = spread(x);
    const double d = fabs(slope) * e + 0.5 * e * e;
    return range(fmax(below(value) - d, -1.0), fmin(above(value) + d, 1.0), x->bound.nan);
}

weft_bound weft_bound_of_SIN(const operand* x) {
    return wave(x, sin(x->value), cos(x->value));
}
weft_bound weft_bound_of_COS(const operand* x) {
    return wave(x, cos(x->value), sin(x->value));
}

weft_bound weft_bound_of_TAN(const operand* x) {
    if (x->bound.nan == WEFT_NAN_ALWAYS) return never();
    if (may_be_infinite(x)) return is_point(x) ? never() : weft_bound_unknown();
    if (is_point(x)) return rising(x, tan);
    const double to_pole = HALF_PI - fabs(remainder(x->value, PI));
    if (!(spread(x) + fabs(x->value) * 4.5e-16 < to_pole)) /* also of a NaN reference */
        return range(-INFINITY, INFINITY, x->bound.nan);
    return rising(x, tan);
}

weft_bound weft_bound_of_ASIN(const operand* x) {
    return rising_within(x, -1.0, 1.0, asin);
}

weft_bound weft_bound_of_ACOS(const operand* x) {
    if (x->bound.nan == WEFT_NAN_ALWAYS || x->bound.high < -1.0 || x->bound.low > 1.0)
        return never();
    const int outside = x->bound.low < -1.0 || x->bound.high > 1.0;
    return range(below(acos(fmin(x->bound.high, 1.0))), above(acos(fmax(x->bound.low, -1.0))),
                 outside ? WEFT_NAN_MAYBE : x->bound.nan);
}

weft_bound weft_bound_of_ATAN(const operand* x) {
    return rising(x, atan);
}

weft_bound weft_bound_of_ATAN2(const operand* x) {
    const weft_bound* y = &x[0].bound;
    const weft_bound* h = &x[1].bound;
    weft_bound r = empty(nan_of(x, 2));
    if (r.nan == WEFT_NAN_ALWAYS) return r;
    /* Across the cut along the negative axis, or around the origin, the angle may be any: zeros
     * have signs there. */
    const int on_axis = is_point(&x[0]) && x[0].value == 0.0 && sign_known(&x[0]);
    const int inside = contains(&x[0], 0.0) && h->low <= 0.0;
    if (inside && !(on_axis && (h->high < 0.0 || (is_point(&x[1]) && sign_known(&x[1])))))
        return range(-above(PI), above(PI), r.nan);
    if (on_axis) {
        const double v = atan2(x[0].value, is_point(&x[1]) ? x[1].value : h->low);
        return range(below(v), above(v), r.nan);
    }
    const double ys[2] = {y->low, y->high};
    const double hs[2] = {h->low, h->high};
    for (int i = 0; i < 2; ++i)
        for (int j = 0; j < 2; ++j) {
            const double v = atan2(ys[i], hs[j]);
            include(&r, below(v), 0);
            include(&r, above(v), 0);
        }
    return r;
}

weft_bound weft_bound_of_SINH(const operand* x) {
    return rising(x, sinh);
}

weft_bound weft_bound_of_COSH(const operand* x) {
    if (x->bound.nan == WEFT_NAN_ALWAYS) return never();
    const double a = cosh(x->bound.low);
    const double b = cosh(x->bound.high);
    const double low = contains(x, 0.0) ? 1.0 : below(fmin(a, b));
    return range(low, above(fmax(a, b)), x->bound.nan);
}

weft_bound weft_bound_of_TANH(const operand* x) {
    return rising(x, tanh);
}
weft_bound weft_bound_of_EXP(const operand* x) {
    return rising(x, exp);
}
weft_bound weft_bound_of_EXP2(const operand* x) {
    return rising(x, exp2);
}
weft_bound weft_bound_of_LOG(const operand* x) {
    return rising_within(x, 0.0, INFINITY, log);
}
weft_bound weft_bound_of_LOG2(const operand* x) {
    return rising_within(x, 0.0, INFINITY, log2);
}

weft_bound weft_bound_of_SQRT(const operand* x) {
    if (x->bound.nan == WEFT_NAN_ALWAYS || x->bound.high < 0.0) return never();
    weft_bound r = empty(x->bound.low < 0.0 ? WEFT_NAN_MAYBE : x->bound.nan);
    const double ends[2] = {x->bound.low < 0.0 ? -0.0 : x->bound.low, x->bound.high};
    for (int i = 0; i < 2; ++i) {
        const double s = sqrt(ends[i]);
        include(&r, s, isfinite(s) && fma(s, s, -ends[i]) != 0.0);
    }
    return r;
}

static double one_over_sqrt(double a) {
    return 1.0 / sqrt(a);
}

weft_bound weft_bound_of_INVERSESQRT(const operand* x) {
    if (x->bound.nan == WEFT_NAN_ALWAYS || x->bound.high < 0.0) return never();
    if (is_point(x) && sign_known(x)) return weft_bound_point(one_over_sqrt(x->bound.low));
    const double high = x->bound.low > 0.0 ? above(one_over_sqrt(x->bound.low)) : INFINITY;
    /* Where the operand may be below 0 it may be -0, and the result negative. */
    const double low = x->bound.high >= 0.0 && !signbit(x->bound.low)
                           ? below(one_over_sqrt(x->bound.high))
                           : -INFINITY;
    return range(low, high, x->bound.low < 0.0 ? WEFT_NAN_MAYBE : x->bound.nan);
}

weft_bound weft_bound_of_ABS(const operand* x) {
    const double a = fabs(x->bound.low);
    const double b = fabs(x->bound.high);
    return range(contains(x, 0.0) ? 0.0 : fmin(a, b), fmax(a, b), x->bound.nan);
}

weft_bound weft_bound_of_SIGN(const operand* x) {
    return stepping(x, weft_eval_sign);
}
weft_bound weft_bound_of_FLOOR(const operand* x) {
    return stepping(x, floor);
}
weft_bound weft_bound_of_CEIL(const operand* x) {
    return stepping(x, ceil);
}
weft_bound weft_bound_of_ROUND(const operand* x) {
    return stepping(x, round);
}
weft_bound weft_bound_of_TRUNC(const operand* x) {
    return stepping(x, trunc);
}

weft_bound weft_bound_of_FRACT(const operand* x) {
    if (x->bound.nan == WEFT_NAN_ALWAYS) return never();
    if (may_be_infinite(x)) return is_point(x) ? never() : range(0.0, 1.0, WEFT_NAN_MAYBE);
    const double whole = floor(x->bound.low);
    if (floor(x->bound.high) != whole) return range(0.0, 1.0, x->bound.nan);
    weft_bound r = empty(x->bound.nan);
    include_sum(&r, x->bound.low, -whole);
    include_sum(&r, x->bound.high, -whole);
    return r;
}

/* --- Choice ----------------------------------------------------------------------------------- */

/* A NaN loses: the other operand is the result. */
static weft_bound choice(const operand* x, weft_bound both) {
    const uint32_t a = x[0].bound.nan;
    const uint32_t b = x[1].bound.nan;
    if (a == WEFT_NAN_ALWAYS) return x[1].bound;
    if (b == WEFT_NAN_ALWAYS) return x[0].bound;
    both.nan = WEFT_NAN_NEVER;
    weft_bound r = both;
    weft_bound other = x[1].bound;
    other.nan = WEFT_NAN_NEVER;
    if (a) r = weft_bound_join(&r, &other);
    other = x[0].bound;
    other.nan = WEFT_NAN_NEVER;
    if (b) r = weft_bound_join(&r, &other);
    if (a && b) r.nan = WEFT_NAN_MAYBE;
    return r;
}

/* Of zeros of different sign either may be chosen, as C has it. */
weft_bound weft_bound_of_MIN(const operand* x) {
    const weft_bound* a = &x[0].bound;
    const weft_bound* b = &x[1].bound;
    const double high =
        a->high == b->high ? weft_bound_greater(a->high, b->high) : fmin(a->high, b->high);
    return choice(x, range(weft_bound_lesser(a->low, b->low), high, 0));
}

weft_bound weft_bound_of_MAX(const operand* x) {
    const weft_bound* a = &x[0].bound;
    const weft_bound* b = &x[1].bound;
    const double low = a->low == b->low ? weft_bound_lesser(a->low, b->low) : fmax(a->low, b->low);
    return choice(x, range(low, weft_bound_greater(a->high, b->high), 0));
}

/* --- Randomness ------------------------------------------------------------------------------- */

/* Whether all allowed values of an operand fall on one point of the hash lattice; NaN is 0. */
static int one_cell(const operand* x) {
    if (x->bound.nan == WEFT_NAN_ALWAYS) return 1;
    return !x->bound.nan && floor(x->bound.low) == floor(x->bound.high);
}

weft_bound weft_bound_of_HASH(const operand* x) {
    if (one_cell(&x[0]) && one_cell(&x[1]) && one_cell(&x[2]))
        return weft_bound_point(weft_eval_hash(x[0].value, x[1].value, x[2].value));
    return range(0.0, 1.0, WEFT_NAN_NEVER);
}

/* Noise changes by at most 1.5 per lattice cell; its value near a point follows from that. */
weft_bound weft_bound_of_NOISE(const operand* x) {
    static const double slope[3] = {3.1 * 1.5, 3.1 * 1.5, 0.5 * 1.5};
    if (nan_of(x, 3) == WEFT_NAN_ALWAYS) return never();
    double e = 0.0;
    for (int i = 0; i < 3; ++i) {
        if (may_be_infinite(&x[i]))
            return is_point(&x[i]) ? never() : range(0.0, 1.0, WEFT_NAN_MAYBE);
        e += slope[i] * (spread(&x[i]) + fabs(x[i].value) * 4.5e-16);
    }
    const double v = weft_eval_noise(x[0].value, x[1].value, x[2].value);
    const uint32_t nan = nan_of(x, 3);
    if (isnan(v)) return range(0.0, 1.0, WEFT_NAN_MAYBE);
    return range(fmax(v - e - 1e-15, 0.0), fmin(v + e + 1e-15, 1.0), nan);
}

weft_bound weft_bound_op(uint32_t op, const weft_bound_operand* operands) {
    switch (op) {
/* clang-format off */
#define WEFT_OP(number, NAME, name, arity, meaning, cpu, ulp, cost, doc) \
    case WEFT_OP_##NAME: return weft_bound_of_##NAME(operands);
#include <weft/ops.def>
        /* clang-format on */
        default: return weft_bound_unknown();
    }
}

/* The range of every operator over intervals of its operands, in exact arithmetic. One function per
 * row of ops.def: a row without one does not compile. */
#include "eval/bound.h"

#include <float.h>
#include <math.h>

typedef weft_bound_operand operand;

#define HALF_PI 1.57079632679489661923
#define PI 3.14159265358979323846

/* --- Making intervals ------------------------------------------------------------------------- */

static weft_bound range(double low, double high, uint32_t nan) {
    const weft_bound r = {low, high, nan, 0};
    return r;
}

static weft_bound never(void) { return range(0.0, 0.0, WEFT_NAN_ALWAYS); }

static int is_point(const operand* x) {
    return x->bound.nan == WEFT_NAN_NEVER && x->bound.low == x->bound.high;
}

/* A zero has a sign, which matters to what divides by it. */
static int sign_known(const operand* x) {
    return !signbit(x->bound.low) == !signbit(x->bound.high);
}

static int contains(const operand* x, double v) { return x->bound.low <= v && v <= x->bound.high; }

/* Distance of the farthest allowed value from the reference. */
static double spread(const operand* x) {
    return fmax(x->bound.high - x->value, x->value - x->bound.low);
}

/* NaN of arithmetic: certain if one operand is certainly NaN. */
static uint32_t nan_of(const operand* x, uint32_t count) {
    uint32_t nan = WEFT_NAN_NEVER;
    for (uint32_t i = 0; i < count; ++i)
        if (x[i].bound.nan > nan) nan = x[i].bound.nan;
    return nan;
}

/* Outwards by the error of the C library, which is below two units in the last place. */
static double below(double v) { return isfinite(v) ? v - fabs(v) * 4.5e-16 : v; }
static double above(double v) { return isfinite(v) ? v + fabs(v) * 4.5e-16 : v; }

/* Widens the range so that `v`, which was computed with an error when `inexact`, is inside. */
static void include(weft_bound* r, double v, int inexact) {
    if (isnan(v)) return;
    const double low = inexact ? nextafter(v, -INFINITY) : v;
    const double high = inexact ? nextafter(v, INFINITY) : v;
    r->low = weft_bound_lesser(r->low, low);
    r->high = weft_bound_greater(r->high, high);
}

static weft_bound empty(uint32_t nan) { return range(INFINITY, -INFINITY, nan); }

/* --- Arithmetic ------------------------------------------------------------------------------- */

static void include_sum(weft_bound* r, double a, double b) {
    const double s = a + b;
    const double b_part = s - a;
    const double error = (a - (s - b_part)) + (b - b_part); /* exact: Knuth's two-sum */
    include(r, s, !(error == 0.0 || isinf(a) || isinf(b)));
}

static weft_bound sum(const operand* a, double low, double high, uint32_t nan) {
    if (nan == WEFT_NAN_ALWAYS) return never();
    weft_bound r = empty(nan);
    const double ends[2][2] = {{a->bound.low, low}, {a->bound.high, high}};
    for (int i = 0; i < 2; ++i) include_sum(&r, ends[i][0], ends[i][1]);
    const int up_down = a->bound.high == INFINITY && low == -INFINITY;
    const int down_up = a->bound.low == -INFINITY && high == INFINITY;
    if (up_down || down_up) {
        if (a->bound.low == a->bound.high && low == high) return never();
        return weft_bound_unknown();
    }
    return r;
}

static weft_bound bound_ADD(const operand* x) {
    return sum(&x[0], x[1].bound.low, x[1].bound.high, nan_of(x, 2));
}

static weft_bound bound_SUB(const operand* x) {
    return sum(&x[0], -x[1].bound.high, -x[1].bound.low, nan_of(x, 2));
}

static weft_bound bound_NEG(const operand* x) {
    return range(-x[0].bound.high, -x[0].bound.low, x[0].bound.nan);
}

static int may_be_infinite(const operand* x) { return isinf(x->bound.low) || isinf(x->bound.high); }

static weft_bound bound_MUL(const operand* x) {
    weft_bound r = empty(nan_of(x, 2));
    if (r.nan == WEFT_NAN_ALWAYS) return r;
    const double a[2] = {x[0].bound.low, x[0].bound.high};
    const double b[2] = {x[1].bound.low, x[1].bound.high};
    for (int i = 0; i < 2; ++i)
        for (int j = 0; j < 2; ++j) {
            const double p = a[i] * b[j];
            const int tiny = fabs(p) < 1e-290 && a[i] != 0.0 && b[j] != 0.0;
            if (isnan(p)) include(&r, 0.0, 0); /* 0 times a limit that is not reached */
            else include(&r, p, isfinite(a[i]) && isfinite(b[j]) &&
                                    (tiny || fma(a[i], b[j], -p) != 0.0));
        }
    for (int i = 0; i < 2; ++i)
        if (contains(&x[i], 0.0) && may_be_infinite(&x[1 - i])) {
            const int certain = is_point(&x[0]) && is_point(&x[1]);
            if (certain) return never();
            r.nan = WEFT_NAN_MAYBE;
        }
    return r;
}

static weft_bound bound_DIV(const operand* x) {
    weft_bound r = empty(nan_of(x, 2));
    if (r.nan == WEFT_NAN_ALWAYS) return r;
    if (contains(&x[1], 0.0)) {
        if (!is_point(&x[1])) {
            const int nan = contains(&x[0], 0.0);
            return range(-INFINITY, INFINITY, nan && !r.nan ? WEFT_NAN_MAYBE : r.nan);
        }
        if (is_point(&x[0]) && x[0].value == 0.0) return never();
        if (contains(&x[0], 0.0)) return range(-INFINITY, INFINITY, WEFT_NAN_MAYBE);
        include(&r, x[0].bound.low / x[1].bound.low, 0);
        include(&r, x[0].bound.low / x[1].bound.high, 0);
        return r;
    }
    const double a[2] = {x[0].bound.low, x[0].bound.high};
    const double b[2] = {x[1].bound.low, x[1].bound.high};
    for (int i = 0; i < 2; ++i)
        for (int j = 0; j < 2; ++j) {
            const double q = a[i] / b[j];
            const int tiny = fabs(q) < 1e-290 && a[i] != 0.0;
            include(&r, q, isfinite(a[i]) && isfinite(b[j]) &&
                               (tiny || fma(q, b[j], -a[i]) != 0.0));
        }
    if (may_be_infinite(&x[0]) && may_be_infinite(&x[1])) {
        if (is_point(&x[0]) && is_point(&x[1])) return never();
        include(&r, 0.0, 0);
        r.nan = WEFT_NAN_MAYBE;
    }
    return r;
}

static weft_bound bound_MOD(const operand* x) {
    const weft_bound q = bound_DIV(x);
    if (q.nan == WEFT_NAN_ALWAYS || isinf(x[0].value) || x[1].value == 0.0) {
        const int certain = is_point(&x[0]) && is_point(&x[1]);
        return certain || q.nan == WEFT_NAN_ALWAYS ? never() : weft_bound_unknown();
    }
    if (q.nan || isinf(q.low) || isinf(q.high) || may_be_infinite(&x[1])) {
        if (is_point(&x[0]) && is_point(&x[1]))
            return weft_bound_point(weft_eval_mod(x[0].value, x[1].value));
        return weft_bound_unknown();
    }
    const double a = fmax(fabs(x[0].bound.low), fabs(x[0].bound.high));
    const double b = fmax(fabs(x[1].bound.low), fabs(x[1].bound.high));
    const double exact = floor(x[0].value / x[1].value);
    const int same = (is_point(&x[0]) && is_point(&x[1])) || floor(q.low) == floor(q.high);
    /* The f64 reference itself is that far from the remainder when a is many times b. */
    const double slack = fabs(exact) < 9007199254740992.0 &&
                                 fma(exact, x[1].value, -(exact * x[1].value)) == 0.0
                             ? 0.0
                             : a * 4.5e-16;
    if (!same) return range(fmin(0.0, x[1].bound.low) - a * 4.5e-16,
                            fmax(0.0, x[1].bound.high) + a * 4.5e-16, WEFT_NAN_NEVER);
    const double v = weft_eval_mod(x[0].value, x[1].value);
    if (is_point(&x[0]) && is_point(&x[1])) return range(v - slack, v + slack, WEFT_NAN_NEVER);
    const double e = spread(&x[0]) + fabs(exact) * spread(&x[1]) + a * 4.5e-16;
    return range(fmax(v - e, -b - a * 4.5e-16), fmin(v + e, b + a * 4.5e-16), WEFT_NAN_NEVER);
}

static void include_power(weft_bound* r, double a, double b) {
    const double v = pow(a, b);
    include(r, below(v), 0);
    include(r, above(v), 0);
}

/* a >= 0: monotone in each operand, so the corners are the ends. */
static weft_bound power_of_positive(double low, double high, const weft_bound* b, uint32_t nan) {
    weft_bound r = empty(nan);
    include_power(&r, low, b->low);
    include_power(&r, low, b->high);
    include_power(&r, high, b->low);
    include_power(&r, high, b->high);
    return r;
}

static weft_bound bound_POW(const operand* x) {
    const weft_bound* a = &x[0].bound;
    const weft_bound* b = &x[1].bound;
    if ((is_point(&x[1]) && x[1].value == 0.0) || (is_point(&x[0]) && x[0].value == 1.0))
        return weft_bound_point(1.0); /* also of NaN, as C has it */
    if (nan_of(x, 2) == WEFT_NAN_ALWAYS) {
        const int one = (b->nan != WEFT_NAN_ALWAYS && contains(&x[1], 0.0)) ||
                        (a->nan != WEFT_NAN_ALWAYS && contains(&x[0], 1.0));
        return one ? range(1.0, 1.0, WEFT_NAN_MAYBE) : never();
    }
    const uint32_t nan = nan_of(x, 2);
    if (is_point(&x[0]) && is_point(&x[1]) && sign_known(&x[0])) {
        const double v = pow(x[0].value, x[1].value);
        return isnan(v) ? never() : range(below(v), above(v), WEFT_NAN_NEVER);
    }
    if (a->low > 0.0 || (a->low == 0.0 && !signbit(a->low)))
        return power_of_positive(a->low, a->high, b, nan);
    if (!is_point(&x[1]) || isinf(x[1].value)) return weft_bound_unknown();
    const double n = x[1].value;
    if (n != floor(n)) {
        if (a->high < 0.0 && a->low != -INFINITY) return never();
        if (a->high < 0.0 || n < 0.0) return weft_bound_unknown();
        return power_of_positive(0.0, a->high, b, WEFT_NAN_MAYBE);
    }
    weft_bound r = empty(nan);
    include_power(&r, a->low, n);
    include_power(&r, a->high, n);
    if (contains(&x[0], 0.0)) {
        if (n < 0.0 && fmod(n, 2.0) != 0.0) include(&r, -INFINITY, 0);
        include(&r, pow(0.0, n), 0);
    }
    return r;
}

/* --- Truth ------------------------------------------------------------------------------------ */

static weft_bound verdict(int may_hold, int may_fail) {
    return range(may_fail ? 0.0 : 1.0, may_hold ? 1.0 : 0.0, WEFT_NAN_NEVER);
}

static weft_bound less(const operand* a, const operand* b, int or_equal) {
    const operand pair[2] = {*a, *b};
    const uint32_t nan = nan_of(pair, 2);
    if (nan == WEFT_NAN_ALWAYS) return verdict(0, 1);
    const int may_hold = or_equal ? a->bound.low <= b->bound.high : a->bound.low < b->bound.high;
    const int may_fail = or_equal ? a->bound.high > b->bound.low : a->bound.high >= b->bound.low;
    return verdict(may_hold, may_fail || nan);
}

static weft_bound bound_LT(const operand* x) { return less(&x[0], &x[1], 0); }
static weft_bound bound_LE(const operand* x) { return less(&x[0], &x[1], 1); }
static weft_bound bound_GT(const operand* x) { return less(&x[1], &x[0], 0); }
static weft_bound bound_GE(const operand* x) { return less(&x[1], &x[0], 1); }

static void equality(const operand* x, int* may_hold, int* may_fail) {
    const uint32_t nan = nan_of(x, 2);
    *may_hold = nan != WEFT_NAN_ALWAYS && x[0].bound.low <= x[1].bound.high &&
                x[1].bound.low <= x[0].bound.high;
    *may_fail = !(is_point(&x[0]) && is_point(&x[1]) && x[0].bound.low == x[1].bound.low);
}

static weft_bound bound_EQ(const operand* x) {
    int hold, fail;
    equality(x, &hold, &fail);
    return verdict(hold, fail);
}

static weft_bound bound_NE(const operand* x) {
    int hold, fail;
    equality(x, &hold, &fail);
    return verdict(fail, hold);
}

/* NaN is true. */
static int may_be_true(const operand* x) {
    return x->bound.nan || x->bound.low != 0.0 || x->bound.high != 0.0;
}
static int may_be_false(const operand* x) {
    return x->bound.nan != WEFT_NAN_ALWAYS && contains(x, 0.0);
}

static weft_bound bound_AND(const operand* x) {
    return verdict(may_be_true(&x[0]) && may_be_true(&x[1]),
                   may_be_false(&x[0]) || may_be_false(&x[1]));
}

static weft_bound bound_OR(const operand* x) {
    return verdict(may_be_true(&x[0]) || may_be_true(&x[1]),
                   may_be_false(&x[0]) && may_be_false(&x[1]));
}

static weft_bound bound_NOT(const operand* x) {
    return verdict(may_be_false(&x[0]), may_be_true(&x[0]));
}

static weft_bound bound_SELECT(const operand* x) {
    if (!may_be_false(&x[0])) return x[1].bound;
    if (!may_be_true(&x[0])) return x[2].bound;
    return weft_bound_join(&x[1].bound, &x[2].bound);
}

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

/* A wave between -1 and 1 with this value and slope at the reference: its curvature is at most 1. */
static weft_bound wave(const operand* x, double value, double slope) {
    if (x->bound.nan == WEFT_NAN_ALWAYS) return never();
    if (may_be_infinite(x)) return is_point(x) ? never() : range(-1.0, 1.0, WEFT_NAN_MAYBE);
    if (isnan(value)) return range(-1.0, 1.0, WEFT_NAN_MAYBE);
    const double e = spread(x);
    const double d = fabs(slope) * e + 0.5 * e * e;
    return range(fmax(below(value) - d, -1.0), fmin(above(value) + d, 1.0), x->bound.nan);
}

static weft_bound bound_SIN(const operand* x) { return wave(x, sin(x->value), cos(x->value)); }
static weft_bound bound_COS(const operand* x) { return wave(x, cos(x->value), sin(x->value)); }

static weft_bound bound_TAN(const operand* x) {
    if (x->bound.nan == WEFT_NAN_ALWAYS) return never();
    if (may_be_infinite(x)) return is_point(x) ? never() : weft_bound_unknown();
    if (is_point(x)) return rising(x, tan);
    const double to_pole = HALF_PI - fabs(remainder(x->value, PI));
    if (!(spread(x) + fabs(x->value) * 4.5e-16 < to_pole)) /* also of a NaN reference */
        return range(-INFINITY, INFINITY, x->bound.nan);
    return rising(x, tan);
}

static weft_bound bound_ASIN(const operand* x) { return rising_within(x, -1.0, 1.0, asin); }

static weft_bound bound_ACOS(const operand* x) {
    if (x->bound.nan == WEFT_NAN_ALWAYS || x->bound.high < -1.0 || x->bound.low > 1.0)
        return never();
    const int outside = x->bound.low < -1.0 || x->bound.high > 1.0;
    return range(below(acos(fmin(x->bound.high, 1.0))), above(acos(fmax(x->bound.low, -1.0))),
                 outside ? WEFT_NAN_MAYBE : x->bound.nan);
}

static weft_bound bound_ATAN(const operand* x) { return rising(x, atan); }

static weft_bound bound_ATAN2(const operand* x) {
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

static weft_bound bound_SINH(const operand* x) { return rising(x, sinh); }

static weft_bound bound_COSH(const operand* x) {
    if (x->bound.nan == WEFT_NAN_ALWAYS) return never();
    const double a = cosh(x->bound.low);
    const double b = cosh(x->bound.high);
    const double low = contains(x, 0.0) ? 1.0 : below(fmin(a, b));
    return range(low, above(fmax(a, b)), x->bound.nan);
}

static weft_bound bound_TANH(const operand* x) { return rising(x, tanh); }
static weft_bound bound_EXP(const operand* x) { return rising(x, exp); }
static weft_bound bound_EXP2(const operand* x) { return rising(x, exp2); }
static weft_bound bound_LOG(const operand* x) { return rising_within(x, 0.0, INFINITY, log); }
static weft_bound bound_LOG2(const operand* x) { return rising_within(x, 0.0, INFINITY, log2); }

static weft_bound bound_SQRT(const operand* x) {
    if (x->bound.nan == WEFT_NAN_ALWAYS || x->bound.high < 0.0) return never();
    weft_bound r = empty(x->bound.low < 0.0 ? WEFT_NAN_MAYBE : x->bound.nan);
    const double ends[2] = {x->bound.low < 0.0 ? -0.0 : x->bound.low, x->bound.high};
    for (int i = 0; i < 2; ++i) {
        const double s = sqrt(ends[i]);
        include(&r, s, isfinite(s) && fma(s, s, -ends[i]) != 0.0);
    }
    return r;
}

static double one_over_sqrt(double a) { return 1.0 / sqrt(a); }

static weft_bound bound_INVERSESQRT(const operand* x) {
    if (x->bound.nan == WEFT_NAN_ALWAYS || x->bound.high < 0.0) return never();
    if (is_point(x) && sign_known(x)) return weft_bound_point(one_over_sqrt(x->bound.low));
    const double high = x->bound.low > 0.0 ? above(one_over_sqrt(x->bound.low)) : INFINITY;
    /* Where the operand may be below 0 it may be -0, and the result negative. */
    const double low = x->bound.high >= 0.0 && !signbit(x->bound.low)
                           ? below(one_over_sqrt(x->bound.high))
                           : -INFINITY;
    return range(low, high, x->bound.low < 0.0 ? WEFT_NAN_MAYBE : x->bound.nan);
}

static weft_bound bound_ABS(const operand* x) {
    const double a = fabs(x->bound.low);
    const double b = fabs(x->bound.high);
    return range(contains(x, 0.0) ? 0.0 : fmin(a, b), fmax(a, b), x->bound.nan);
}

static weft_bound bound_SIGN(const operand* x) { return stepping(x, weft_eval_sign); }
static weft_bound bound_FLOOR(const operand* x) { return stepping(x, floor); }
static weft_bound bound_CEIL(const operand* x) { return stepping(x, ceil); }
static weft_bound bound_ROUND(const operand* x) { return stepping(x, round); }
static weft_bound bound_TRUNC(const operand* x) { return stepping(x, trunc); }

static weft_bound bound_FRACT(const operand* x) {
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
static weft_bound bound_MIN(const operand* x) {
    const weft_bound* a = &x[0].bound;
    const weft_bound* b = &x[1].bound;
    const double high = a->high == b->high ? weft_bound_greater(a->high, b->high)
                                           : fmin(a->high, b->high);
    return choice(x, range(weft_bound_lesser(a->low, b->low), high, 0));
}

static weft_bound bound_MAX(const operand* x) {
    const weft_bound* a = &x[0].bound;
    const weft_bound* b = &x[1].bound;
    const double low = a->low == b->low ? weft_bound_lesser(a->low, b->low)
                                        : fmax(a->low, b->low);
    return choice(x, range(low, weft_bound_greater(a->high, b->high), 0));
}

/* --- Randomness ------------------------------------------------------------------------------- */

/* Whether all allowed values of an operand fall on one point of the hash lattice; NaN is 0. */
static int one_cell(const operand* x) {
    if (x->bound.nan == WEFT_NAN_ALWAYS) return 1;
    return !x->bound.nan && floor(x->bound.low) == floor(x->bound.high);
}

static weft_bound bound_HASH(const operand* x) {
    if (one_cell(&x[0]) && one_cell(&x[1]) && one_cell(&x[2]))
        return weft_bound_point(weft_eval_hash(x[0].value, x[1].value, x[2].value));
    return range(0.0, 1.0, WEFT_NAN_NEVER);
}

/* Noise changes by at most 1.5 per lattice cell; its value near a point follows from that. */
static weft_bound bound_NOISE(const operand* x) {
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
#define WEFT_OP(number, NAME, name, arity, meaning, cpu, ulp, cost, doc) \
    case WEFT_OP_##NAME: return bound_##NAME(operands);
#include <weft/ops.def>
        default: return weft_bound_unknown();
    }
}

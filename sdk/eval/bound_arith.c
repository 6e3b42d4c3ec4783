/* Ranges of arithmetic, powers, comparisons and logic. */
#include "eval/bound_interval.h"

/* --- Arithmetic ------------------------------------------------------------------------------- */

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

weft_bound weft_bound_of_ADD(const operand* x) {
    return sum(&x[0], x[1].bound.low, x[1].bound.high, nan_of(x, 2));
}

weft_bound weft_bound_of_SUB(const operand* x) {
    return sum(&x[0], -x[1].bound.high, -x[1].bound.low, nan_of(x, 2));
}

weft_bound weft_bound_of_NEG(const operand* x) {
    return range(-x[0].bound.high, -x[0].bound.low, x[0].bound.nan);
}

weft_bound weft_bound_of_MUL(const operand* x) {
    weft_bound r = empty(nan_of(x, 2));
    if (r.nan == WEFT_NAN_ALWAYS) return r;
    const double a[2] = {x[0].bound.low, x[0].bound.high};
    const double b[2] = {x[1].bound.low, x[1].bound.high};
    for (int i = 0; i < 2; ++i)
        for (int j = 0; j < 2; ++j) {
            const double p = a[i] * b[j];
            const int tiny = fabs(p) < 1e-290 && a[i] != 0.0 && b[j] != 0.0;
            if (isnan(p))
                include(&r, 0.0, 0); /* 0 times a limit that is not reached */
            else
                include(&r, p,
                        isfinite(a[i]) && isfinite(b[j]) && (tiny || fma(a[i], b[j], -p) != 0.0));
        }
    for (int i = 0; i < 2; ++i)
        if (contains(&x[i], 0.0) && may_be_infinite(&x[1 - i])) {
            const int certain = is_point(&x[0]) && is_point(&x[1]);
            if (certain) return never();
            r.nan = WEFT_NAN_MAYBE;
        }
    return r;
}

weft_bound weft_bound_of_DIV(const operand* x) {
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
            include(&r, q,
                    isfinite(a[i]) && isfinite(b[j]) && (tiny || fma(q, b[j], -a[i]) != 0.0));
        }
    if (may_be_infinite(&x[0]) && may_be_infinite(&x[1])) {
        if (is_point(&x[0]) && is_point(&x[1])) return never();
        include(&r, 0.0, 0);
        r.nan = WEFT_NAN_MAYBE;
    }
    return r;
}

weft_bound weft_bound_of_MOD(const operand* x) {
    const weft_bound q = weft_bound_of_DIV(x);
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
    const double slack =
        fabs(exact) < 9007199254740992.0 && fma(exact, x[1].value, -(exact * x[1].value)) == 0.0
            ? 0.0
            : a * 4.5e-16;
    if (!same)
        return range(fmin(0.0, x[1].bound.low) - a * 4.5e-16,
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

weft_bound weft_bound_of_POW(const operand* x) {
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

weft_bound weft_bound_of_LT(const operand* x) {
    return less(&x[0], &x[1], 0);
}
weft_bound weft_bound_of_LE(const operand* x) {
    return less(&x[0], &x[1], 1);
}
weft_bound weft_bound_of_GT(const operand* x) {
    return less(&x[1], &x[0], 0);
}
weft_bound weft_bound_of_GE(const operand* x) {
    return less(&x[1], &x[0], 1);
}

static void equality(const operand* x, int* may_hold, int* may_fail) {
    const uint32_t nan = nan_of(x, 2);
    *may_hold = nan != WEFT_NAN_ALWAYS && x[0].bound.low <= x[1].bound.high &&
                x[1].bound.low <= x[0].bound.high;
    *may_fail = !(is_point(&x[0]) && is_point(&x[1]) && x[0].bound.low == x[1].bound.low);
}

weft_bound weft_bound_of_EQ(const operand* x) {
    int hold, fail;
    equality(x, &hold, &fail);
    return verdict(hold, fail);
}

weft_bound weft_bound_of_NE(const operand* x) {
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

weft_bound weft_bound_of_AND(const operand* x) {
    return verdict(may_be_true(&x[0]) && may_be_true(&x[1]),
                   may_be_false(&x[0]) || may_be_false(&x[1]));
}

weft_bound weft_bound_of_OR(const operand* x) {
    return verdict(may_be_true(&x[0]) || may_be_true(&x[1]),
                   may_be_false(&x[0]) && may_be_false(&x[1]));
}

weft_bound weft_bound_of_NOT(const operand* x) {
    return verdict(may_be_false(&x[0]), may_be_true(&x[0]));
}

weft_bound weft_bound_of_SELECT(const operand* x) {
    if (!may_be_false(&x[0])) return x[1].bound;
    if (!may_be_true(&x[0])) return x[2].bound;
    return weft_bound_join(&x[1].bound, &x[2].bound);
}

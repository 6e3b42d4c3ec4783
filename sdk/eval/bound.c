/* Bounds of a whole kernel: values and intervals side by side, rounding after every operator. */
#include "eval/bound.h"

#include <float.h>
#include <math.h>

/* --- Intervals -------------------------------------------------------------------------------- */

weft_bound weft_bound_point(double value) {
    weft_bound r = {value, value, WEFT_NAN_NEVER, 0};
    if (isnan(value)) {
        r.low = r.high = 0.0;
        r.nan = WEFT_NAN_ALWAYS;
    }
    return r;
}

weft_bound weft_bound_unknown(void) {
    const weft_bound r = {-INFINITY, INFINITY, WEFT_NAN_MAYBE, 0};
    return r;
}

double weft_bound_lesser(double a, double b) {
    return a < b || (a == b && signbit(a)) ? a : b;
}

double weft_bound_greater(double a, double b) {
    return a > b || (a == b && !signbit(a)) ? a : b;
}

weft_bound weft_bound_join(const weft_bound* a, const weft_bound* b) {
    weft_bound r = a->nan == WEFT_NAN_ALWAYS ? *b : *a;
    if (a->nan != WEFT_NAN_ALWAYS && b->nan != WEFT_NAN_ALWAYS) {
        r.low = weft_bound_lesser(a->low, b->low);
        r.high = weft_bound_greater(a->high, b->high);
    }
    r.nan = a->nan == b->nan ? a->nan : WEFT_NAN_MAYBE;
    return r;
}

int weft_bound_holds(const weft_bound* bound, double value) {
    if (isnan(value)) return bound->nan != WEFT_NAN_NEVER;
    return bound->nan != WEFT_NAN_ALWAYS && bound->low <= value && value <= bound->high;
}

double weft_bound_error(const weft_bound* bound, double reference) {
    if (bound->nan == WEFT_NAN_MAYBE) return INFINITY;
    if (bound->nan == WEFT_NAN_ALWAYS) return 0.0;
    if (bound->low == bound->high) return 0.0;
    return fmax(bound->high - reference, reference - bound->low);
}

/* --- Rounding --------------------------------------------------------------------------------- */

static double unit(double v, uint32_t precision) {
    if (v == 0.0 || !isfinite(v)) return 0.0; /* results that are exactly 0 stay 0 */
    const int digits = precision == WEFT_PRECISION_F64 ? DBL_MANT_DIG : FLT_MANT_DIG;
    const int least = precision == WEFT_PRECISION_F64 ? -1074 : -149;
    const int exponent = ilogb(v) - (digits - 1);
    return ldexp(1.0, exponent < least ? least : exponent);
}

/* The least of v - ulp units of v, over all v from `low` to `high`. The unit doubles at a power of
 * two, which may be just above the low end. */
static double least_rounded(double low, double high, double ulp, uint32_t precision) {
    double least = low - ulp * unit(low, precision);
    if (low > 0.0 && isfinite(low)) {
        const double power = ldexp(1.0, ilogb(low) + 1);
        if (power <= high * (1.0 + 1e-12))
            least = fmin(least, power - ulp * unit(power, precision));
    }
    return least;
}

weft_bound weft_bound_round(weft_bound exact, double ulp, uint32_t precision) {
    weft_bound r = exact;
    if (r.nan == WEFT_NAN_ALWAYS) return r;
    const int single = precision != WEFT_PRECISION_F64;
    if (ulp > 0.5) {
        r.low = least_rounded(exact.low, exact.high, ulp, precision);
        r.high = -least_rounded(-exact.high, -exact.low, ulp, precision);
    }
    if (single) {
        /* Correct rounding is monotone: it maps the ends to the ends. */
        r.low = weft_bound_lesser(r.low, (double)(float)r.low);
        r.high = weft_bound_greater(r.high, (double)(float)r.high);
    }
    const double least = single ? (double)FLT_MIN : DBL_MIN;
    if (r.low > 0.0 && r.low < least) r.low = 0.0;
    if (r.high < 0.0 && r.high > -least) r.high = -0.0;
    return r;
}

/* --- The kernel ------------------------------------------------------------------------------- */

typedef struct run {
    const weft_ir* ir;
    const weft_bound_env* env;
    double* values;
    weft_bound* bounds;
} run;

/* State of a loop behind the values, as kernel.c keeps it. */
static uint64_t loop_state(const weft_ir* ir, uint32_t loop) {
    uint64_t at = ir->value_count;
    for (uint32_t i = 0; i < loop; ++i) at += 1u + ir->loops[i].carried_count;
    return at;
}

/* Coordinates that the back end computes by itself, as (i + 0.5) / width or n / rate. */
static int is_continuous(uint32_t field) {
    switch (field) {
        case WEFT_FIELD_X:
        case WEFT_FIELD_Y:
        case WEFT_FIELD_TIME:
        case WEFT_FIELD_ABSTIME:
        case WEFT_FIELD_BEAT:
        case WEFT_FIELD_MEASURE:
        case WEFT_FIELD_BEATPHASE:
        case WEFT_FIELD_MEASUREPHASE:
        case WEFT_FIELD_ROW_TIME:
        case WEFT_FIELD_COLUMN_TIME: return 1;
        default: return 0;
    }
}

static double field_value(const weft_eval_env* env, uint32_t field) {
    switch (field) {
        case WEFT_FIELD_ROW_TIME: return env->row_time;
        case WEFT_FIELD_COLUMN_TIME: return env->column_time;
        case WEFT_FIELD_OWN: return env->own;
        default: return env->fields[field];
    }
}

/* Numbers that are given in f64, and rounded where an f32 operator uses them. */
static int is_given(uint32_t op) {
    return op == WEFT_OP_CONST || op == WEFT_OP_UNIFORM || op == WEFT_OP_PARAM;
}

/* The precision in which a value is computed: its own or the widest of its varying operands (ir.h).
 */
static uint32_t width_of(const weft_ir* ir, const weft_ir_value* value) {
    uint32_t width = value->precision;
    for (uint32_t k = 0; k < value->arg_count; ++k) {
        const weft_ir_value* from = &ir->values[ir->args[value->args + k]];
        if (from->precision == WEFT_PRECISION_F64 && from->varies != 0 && !is_given(from->op))
            width = WEFT_PRECISION_F64;
    }
    return width;
}

/* Value `from` as an operand of a value that is computed in `width`. */
static weft_bound operand_bound(const run* r, uint32_t from, uint32_t width) {
    if (width != WEFT_PRECISION_F64)
        return weft_bound_round(r->bounds[from], 0.5, WEFT_PRECISION_F32);
    if (is_given(r->ir->values[from].op)) return weft_bound_point(r->values[from]);
    return r->bounds[from];
}

static void set(run* r, uint32_t i, double value, weft_bound bound) {
    /* The reference is one of the allowed results, whatever else is. */
    const weft_bound own = weft_bound_point(value);
    r->values[i] = value;
    r->bounds[i] = weft_bound_holds(&bound, value) ? bound : weft_bound_join(&bound, &own);
}

static void set_leaf(run* r, uint32_t i, double value, double ulp) {
    set(r, i, value, weft_bound_round(weft_bound_point(value), ulp, r->ir->values[i].precision));
}

/* In f64, a power may be computed by a logarithm and an exponential of that precision: the
 * exponent's last place is then worth up to 1024 ln 2 units of the result. */
#define POW_F64_ULP 768.0

static void operate(run* r, uint32_t i) {
    const weft_ir_value* value = &r->ir->values[i];
    const weft_op_info* info = weft_op_info_of(value->op);
    weft_bound_operand operands[3] = {{0.0, {0, 0, 0, 0}}};
    const uint32_t width = width_of(r->ir, value);
    double args[3] = {0};
    for (uint32_t k = 0; k < value->arg_count && k < 3; ++k) {
        const uint32_t from = r->ir->args[value->args + k];
        operands[k].value = args[k] = r->values[from];
        operands[k].bound = operand_bound(r, from, width);
    }
    weft_bound exact = weft_bound_op(value->op, operands);
    if (value->op == WEFT_OP_NOISE && exact.nan != WEFT_NAN_ALWAYS) {
        /* Mixed from numbers up to 1, so its error is in units of those. */
        const double e = info->ulp * unit(0.75, value->precision);
        exact.low = fmin(exact.low, fmax(exact.low - e, -e));
        exact.high += e;
    }
    double ulp = info ? info->ulp : 0.0;
    if (value->op == WEFT_OP_POW && value->precision == WEFT_PRECISION_F64) ulp += POW_F64_ULP;
    set(r, i, weft_eval_op(value->op, args), weft_bound_round(exact, ulp, value->precision));
}

static void sample(run* r, uint32_t i) {
    const weft_ir_value* value = &r->ir->values[i];
    const weft_eval_env* point = &r->env->point;
    weft_bound coords[WEFT_MAX_AXES];
    double at[WEFT_MAX_AXES] = {0};
    weft_bound_read read = {coords, value->arg_count, 0, value->precision, value->aux};
    if (read.count > WEFT_MAX_AXES) read.count = WEFT_MAX_AXES;
    for (uint32_t k = 0; k < read.count; ++k) {
        const uint32_t from = r->ir->args[value->args + k];
        const weft_ir_value* coord = &r->ir->values[from];
        const int wide = value->precision == WEFT_PRECISION_F64 ||
                         (coord->precision == WEFT_PRECISION_F64 && !is_given(coord->op));
        coords[k] = operand_bound(r, from, wide ? WEFT_PRECISION_F64 : WEFT_PRECISION_F32);
        at[k] = r->values[from];
        if (wide) read.f64_coords |= 1u << k;
    }
    const weft_bound bound =
        r->env->sample ? r->env->sample(r->env->sample_user, &read) : weft_bound_unknown();
    set(r, i, point->sample(point->sample_user, value->aux, at, read.count), bound);
}

static weft_status run_range(run* r, uint32_t begin, uint32_t end);

/* Turns in doubt that are followed; with more, nothing is said of the results. */
#define MOST_DOUBTFUL_TURNS 4096.0

/* Runs as many turns as any back end may: beyond those that all must run, the results of stopping
 * at each turn are joined. The reference's own results are those of its own last turn. */
static weft_status run_loop(run* r, uint32_t at) {
    const weft_ir* ir = r->ir;
    const weft_eval_env* env = &r->env->point;
    const weft_ir_loop* loop = &ir->loops[ir->values[at].aux];
    const uint32_t* args = &ir->args[ir->values[at].args];
    const uint64_t base = loop_state(ir, ir->values[at].aux);
    const double from = r->values[args[0]];
    const double to = r->values[args[1]];
    const weft_bound first = r->bounds[args[0]];
    const weft_bound last = r->bounds[args[1]];
    const int doubtful = first.nan || last.nan;
    const int endless = !(last.high - first.low <= to - from + MOST_DOUBTFUL_TURNS);
    for (uint32_t i = 0; i < loop->carried_count; ++i) {
        r->values[base + 1 + i] = r->values[args[2 + i]];
        r->bounds[base + 1 + i] = r->bounds[args[2 + i]];
    }
    set(r, at, 0.0, weft_bound_point(0.0));
    if (first.nan == WEFT_NAN_ALWAYS || last.nan == WEFT_NAN_ALWAYS) return WEFT_OK;
    for (double turn = 0.0; endless ? from + turn <= to : first.low + turn <= last.high;
         turn += 1.0) {
        const int reference_runs = from + turn <= to;
        const int all_run = !doubtful && first.high + turn <= last.low;
        if (env->cancel && __atomic_load_n(env->cancel, __ATOMIC_RELAXED)) return WEFT_CANCELLED;
        if (env->turns) {
            if (*env->turns == 0) return WEFT_TIMEOUT;
            --*env->turns;
        }
        r->values[base] = from + turn;
        r->bounds[base] = weft_bound_point(from + turn);
        if (!doubtful) {
            r->bounds[base].low = first.low + turn;
            r->bounds[base].high = first.high + turn;
        }
        const weft_status status = run_range(r, at + 1, at + 1 + loop->body_count);
        if (status != WEFT_OK) return status;
        for (uint32_t i = 0; i < loop->carried_count; ++i) {
            const uint32_t next = ir->args[loop->next + i];
            weft_bound* carried = &r->bounds[base + 1 + i];
            *carried = all_run ? r->bounds[next] : weft_bound_join(carried, &r->bounds[next]);
            if (reference_runs) r->values[base + 1 + i] = r->values[next];
        }
    }
    for (uint32_t i = 0; endless && i < loop->carried_count; ++i)
        r->bounds[base + 1 + i] = weft_bound_unknown();
    return WEFT_OK;
}

static void set_state(run* r, uint32_t i, uint32_t slot) {
    const weft_ir_value* value = &r->ir->values[i];
    const uint32_t loop = r->ir->values[r->ir->args[value->args]].aux;
    const uint64_t at = loop_state(r->ir, loop) + slot;
    set(r, i, r->values[at], weft_bound_round(r->bounds[at], 0.5, value->precision));
}

static weft_status run_range(run* r, uint32_t begin, uint32_t end) {
    const weft_eval_env* env = &r->env->point;
    for (uint32_t i = begin; i < end; ++i) {
        const weft_ir_value* value = &r->ir->values[i];
        switch (value->op) {
            case WEFT_OP_CONST: set_leaf(r, i, value->imm, 0.5); break;
            case WEFT_OP_FIELD:
                set_leaf(r, i, field_value(env, value->aux),
                         is_continuous(value->aux) ? r->env->coordinate_ulp : 0.5);
                break;
            case WEFT_OP_UNIFORM: set_leaf(r, i, env->uniforms[value->aux], 0.5); break;
            case WEFT_OP_PARAM: set_leaf(r, i, env->params[value->aux], 0.5); break;
            case WEFT_OP_SAMPLE: sample(r, i); break;
            case WEFT_OP_LOOP: {
                const weft_status status = run_loop(r, i);
                if (status != WEFT_OK) return status;
                i += r->ir->loops[value->aux].body_count;
                break;
            }
            case WEFT_OP_LOOP_INDEX: set_state(r, i, 0); break;
            case WEFT_OP_LOOP_CARRIED:
            case WEFT_OP_LOOP_RESULT: set_state(r, i, 1 + value->aux); break;
            default: operate(r, i); break;
        }
    }
    return WEFT_OK;
}

weft_status weft_eval_bound(const weft_ir* ir, const weft_bound_env* env, double* values,
                            weft_bound* bounds) {
    run r = {ir, env, values, bounds};
    return run_range(&r, 0, ir->value_count);
}

/* How far an honest back end may be from the reference.
 *
 * For every value of a kernel, next to its f64 reference value, an interval that encloses all that
 * a back end may compute which keeps the contract: each value in f32 or in f64 as its `precision`
 * says or more exactly, each operator within the bound of ops.def, products and sums fused or not,
 * denormals kept or flushed. Intervals carry everything through: a comparison whose outcome the
 * errors can change widens to 0..1, a floor to the jump, a division by what may be 0 to everything.
 * So a back end is right where its value lies in the interval, and a point where the interval says
 * nothing is counted as such and not passed over in silence.
 *
 * Ruling: in f64 an operator is held to as many units of that precision as ops.def gives it in f32,
 * pow to 768 more. */
#ifndef WEFT_EVAL_BOUND_H
#define WEFT_EVAL_BOUND_H

#include "eval/eval.h"

#ifdef __cplusplus
extern "C" {
#endif

#define WEFT_NAN_NEVER 0u
#define WEFT_NAN_MAYBE 1u
#define WEFT_NAN_ALWAYS 2u

/* Everything from low to high (both may be infinite, and then belong to it), and perhaps NaN. -0
 * lies below +0: an interval from -0 to +0 is a zero whose sign is in doubt. */
typedef struct weft_bound {
    double low;
    double high;
    uint32_t nan; /* WEFT_NAN_*; ALWAYS: low and high mean nothing */
    uint32_t reserved;
} weft_bound;

/* 1 if a back end may deliver `value`, else 0. */
int weft_bound_holds(const weft_bound* bound, double value);

/* Greatest distance of an allowed value from `reference`: infinite when the bound says nothing,
 * also when only NaN-ness is in doubt. 0 for a certain NaN or infinity. */
double weft_bound_error(const weft_bound* bound, double reference);

/* What a SAMPLE value reads. */
typedef struct weft_bound_read {
    const weft_bound* coords; /* one per axis */
    uint32_t count;
    uint32_t f64_coords; /* bit i: coordinate i has precision F64 */
    uint32_t precision;  /* of the SAMPLE value */
    uint32_t input;
} weft_bound_read;
typedef weft_bound (*weft_bound_sample)(void* user, const weft_bound_read* read);

typedef struct weft_bound_env {
    weft_eval_env point;      /* as for weft_eval_ir */
    weft_bound_sample sample; /* NULL: nothing is known of a SAMPLE */
    void* sample_user;
    /* By how many units in the last place the back end's own coordinates (x, y and the continuous
     * clocks) may differ from those of `point`: 0 where they are given to it (get_values), 1 in
     * pictures and streams. */
    double coordinate_ulp;
} weft_bound_env;

/* As weft_eval_ir; `values` and `bounds` each have room for weft_eval_scratch(ir). */
weft_status weft_eval_bound(const weft_ir* ir, const weft_bound_env* env, double* values,
                            weft_bound* bounds);

/* A reading of a grid whose stored numbers are within `stored_error` of those of the back end.
 * Where the interval of a coordinate spans more than a few grid points, nothing is known. */
weft_bound weft_grid_bound(const weft_grid* grid, const void* data, int64_t now, uint32_t channel,
                           const weft_bound_read* read, double stored_error);

/* --- Shared by the files of the evaluator ----------------------------------------------------- */

weft_bound weft_bound_point(double value);
weft_bound weft_bound_unknown(void);
/* fmin and fmax of numbers, with -0 below +0. */
double weft_bound_lesser(double a, double b);
double weft_bound_greater(double a, double b);
/* The smallest interval around both. */
weft_bound weft_bound_join(const weft_bound* a, const weft_bound* b);
/* What remains of `exact` when stored in `precision`, each number within `ulp` units of the last
 * place (at most half: correctly rounded), or more exactly. */
weft_bound weft_bound_round(weft_bound exact, double ulp, uint32_t precision);

typedef struct weft_bound_operand {
    double value; /* the reference's */
    weft_bound bound;
} weft_bound_operand;
/* All results that exact arithmetic gives for operands within their bounds (bound_arith.c,
 * bound_functions.c). */
weft_bound weft_bound_op(uint32_t op, const weft_bound_operand* operands);

#ifdef __cplusplus
}
#endif
#endif

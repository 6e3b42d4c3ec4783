/* The judge: what every program means, in f64, by plain loops.
 *
 * The host folds constants and hoists uniforms with it, the reference back end is made of it, and
 * tests hold every other back end to it. Nothing here allocates, locks or keeps state: all
 * functions may be called from any thread. */
#ifndef WEFT_EVAL_EVAL_H
#define WEFT_EVAL_EVAL_H

#include <weft/abi.h>
#include <weft/grid.h>
#include <weft/ir.h>
#include <weft/meaning.h>
#include <weft/sampling.h>

#ifdef __cplusplus
extern "C" {
#endif

/* --- Operators (ops.c); meanings: weft/meaning.h, weft/sampling.h ---------------------------- */

/* A row of ops.def. */
typedef struct weft_op_info {
    const char* id;   /* "ADD" */
    const char* name; /* as written in a program, "" where only passes make it */
    uint32_t arity;
    double ulp;  /* bound of the error of an f32 back end, ops.def */
    double cost; /* in additions */
    const char* doc;
} weft_op_info;

/* The row of operator `op`, also of the structural ones; NULL when there is no such operator. */
const weft_op_info* weft_op_info_of(uint32_t op);

/* --- Coordinates (fields.c) ------------------------------------------------------------------- */

/* Whether a field of me is a setting of the program, the same for all points and times. */
int weft_field_is_setting(uint32_t field);

/* --- Kernels (kernel.c) ----------------------------------------------------------------------- */

/* What SAMPLE reads: `coords` are `count` numbers, one per axis of the input's grid. */
typedef double (*weft_eval_sample)(void* user, uint32_t input, const double* coords,
                                   uint32_t count);

/* Everything a kernel can see at one point. */
typedef struct weft_eval_env {
    const double* fields;    /* WEFT_FIELD_COUNT numbers */
    const double* uniforms;  /* UNIFORM aux; NULL when the kernel has none */
    const double* params;    /* PARAM aux; NULL when it has none */
    double own;              /* WEFT_FIELD_OWN */
    double row_time;         /* WEFT_FIELD_ROW_TIME */
    double column_time;      /* WEFT_FIELD_COLUMN_TIME */
    weft_eval_sample sample; /* NULL when the kernel has no SAMPLE */
    void* sample_user;
    uint64_t* turns;                 /* loop turns left; counted down. NULL: unlimited */
    const volatile uint32_t* cancel; /* non-zero stops; looked at once a loop turn. May be NULL */
} weft_eval_env;

/* Doubles of scratch that weft_eval_ir needs: one per value, then the state of its loops. */
uint64_t weft_eval_scratch(const weft_ir* ir);

/* Evaluates every value of a kernel at one point; values[i] is value i (of the last turn, in a
 * loop). `ir` is well-formed, as the host guarantees. A loop runs from + 0, from + 1, ... while <=
 * to. WEFT_TIMEOUT: `turns` ran out. WEFT_CANCELLED: `cancel` was set. */
weft_status weft_eval_ir(const weft_ir* ir, const weft_eval_env* env, double* values);

#ifdef __cplusplus
}
#endif
#endif

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

#ifdef __cplusplus
extern "C" {
#endif

/* --- Operators (ops.c) ------------------------------------------------------------------------ */

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

/* The value of an operator of ops.def; `args` holds its operands. NaN for any other number. */
double weft_eval_op(uint32_t op, const double* args);

/* Meanings that are longer than an expression. */
double weft_eval_mod(double a, double b);
double weft_eval_sign(double a);
double weft_eval_hash(double a, double b, double c);
double weft_eval_noise(double x, double y, double t);

/* --- Grids (grid.c) --------------------------------------------------------------------------- */

/* Reads channel `channel` of a grid at `coords`, one number per axis. `data` is the grid's
 * weft_view.data; `now` is the tick of the point that reads, used by a RING axis only. The position
 * on an axis is u = (coord - origin) / step.
 * LINEAR: the points floor(u) and floor(u) + 1, each wrapped, mixed by a + (b - a) * (u -
 * floor(u)), the first axis innermost; at a point exactly, that point alone. FLOOR: the point
 * floor(u). A NaN coordinate gives NaN, and an infinite one where the axis repeats or mirrors; on a
 * RING axis a coordinate that is not finite gives 0, unless another axis has already given NaN. */
double weft_grid_read(const weft_grid* grid, const void* data, int64_t now, uint32_t channel,
                      const double* coords);

/* The same at positions u. */
double weft_grid_read_at(const weft_grid* grid, const void* data, int64_t now, uint32_t channel,
                         const double* positions);

/* The slot of a RING axis that holds tick `tick`. */
uint64_t weft_grid_slot(const weft_axis* axis, int64_t tick);

/* Stores `value` at a grid point, index[i] < axes[i].count. On a RING axis the index is a slot.
 * Packed formats take 0..1, clamped, NaN as 0. */
void weft_grid_store(const weft_grid* grid, void* data, uint32_t channel, const uint64_t* index,
                     double value);

/* The stored number at a grid point, as weft_grid_store put it. */
double weft_grid_load(const weft_grid* grid, const void* data, uint32_t channel,
                      const uint64_t* index);

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

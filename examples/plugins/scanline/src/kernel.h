/* One kernel, evaluated a row at a time: every value for all points of the row, then the next
 * value.
 *
 * Most values of a picture do not change with everything: weft_ir_value.varies says with what. Here
 * each is computed as seldom as that allows: what no row changes once a frame, what no column
 * changes once a row, as one number instead of as many as the row has points. */
#ifndef SCANLINE_KERNEL_H
#define SCANLINE_KERNEL_H

#include <weft/batch.h>
#include <weft/frame.h>

typedef struct kernel {
    weft_kernel shape;   /* its arrays are this struct's own */
    uint64_t width;      /* points of a row: shape.width, or POINTS_AT_ONCE */
    uint64_t room;       /* doubles that evaluating a row takes, of which the first `kept` */
    uint64_t kept;       /* hold what is the same for all rows of a frame */
    uint64_t* place;     /* by value: where in that room its numbers are */
    uint8_t* wide;       /* by value: 1 if it has one number a point of the row */
    uint8_t* of_frame;   /* by value: 1 if it is the same for all rows */
    uint64_t* loop_room; /* by loop: where its state is */
    uint64_t spare;      /* where a row of coordinates can be put together */
} kernel;

#define POINTS_AT_ONCE 256u /* of get_values */

/* What one row is evaluated with. */
typedef struct row {
    const kernel* kernel;
    double* numbers;           /* kernel->room */
    uint64_t count;            /* points of this row, up to kernel->width */
    const double* fields;      /* WEFT_FIELD_COUNT: what holds for all points */
    const double* const* many; /* by field, own axis last: one coordinate a point; NULL: fields */
    const double* params;
    const double* uniforms;
    const volatile uint32_t* cancel;
    const struct inputs* inputs;
    int64_t ticks[2]; /* of the frame and the sample, WEFT_TICK_*: what rings are read at */
} row;
#define FIELDS_AND_OWN (WEFT_FIELD_COUNT + 1)

/* Whether there is code for an operator. */
int kernel_can(uint32_t op);

/* Copies `from`. 0: out of memory; kernel_free is due all the same. */
int kernel_copy(kernel* to, const weft_kernel* from);
void kernel_free(kernel* k);

/* Computes what is the same for all rows of a frame, then the rest for one row of it. */
weft_status kernel_frame(const row* r);
weft_status kernel_row(const row* r);

/* Number `value` at point `i` of the row that was evaluated last. */
static inline double number_at(const row* r, uint32_t value, uint64_t i) {
    return r->numbers[r->kernel->place[value] + (r->kernel->wide[value] ? i : 0)];
}

#endif

/* What kernels sample: pictures, caches and strands of others, as memory or as functions. */
#ifndef SCANLINE_INPUTS_H
#define SCANLINE_INPUTS_H

#include <weft/host.h>

#include "kernel.h"

typedef struct input {
    weft_binding binding;
    const weft_grid* grid; /* NULL: no memory; the getter of the binding is asked */
    const weft_view* view;
    uint32_t channel;
} input;

typedef struct inputs {
    uint32_t count;
    input* list;
} inputs;

/* The values of a SAMPLE, `value` of the row's kernel, at all points of the row, or at the one for
 * all where it is not wide. */
weft_status inputs_sample(const row* r, uint32_t value);

/* One number of a grid in memory, at `coords`, read as of these ticks. */
double read_grid(const weft_grid* grid, const weft_view* view, uint32_t channel,
                 const double* coords, const int64_t* ticks);

/* The tick that a coordinate, ABSFRAME or ABSSAMPLE, stands for. */
int64_t tick_at(double coordinate);

#endif

/* What a compiled batch is made of: made in compile.c, run in program.c. */
#ifndef SCANLINE_PARTS_H
#define SCANLINE_PARTS_H

#include "cache.h"
#include "inputs.h"
#include "kernel.h"
#include "program.h"

typedef struct output_state {
    uint32_t kind;
    uint32_t target;
    weft_grid grid;
    cache cache; /* of a CACHE */
} output_state;

struct weft_program {
    const weft_host* host;
    uint32_t kernel_count;
    uint32_t output_count;
    kernel* kernels;
    output_state* outputs;
    inputs inputs;
    double* centres;       /* x of every pixel of the widest kernel */
    uint64_t tasks;        /* parts of a picture that are computed side by side */
    uint64_t room;         /* doubles of one task */
    weft_status* statuses; /* by task: how it went */
    double* numbers;       /* tasks * room */
};

#endif

/* Halves are rounded down, in singles at points. */
#define NAME "semantics.operators"
#include "good.h"

static void spoil(kernel* k) {
    for (uint32_t v = 0; k->shape.domain == WEFT_DOMAIN_POINTS && v < k->shape.ir.value_count; ++v)
        if (k->values[v].op == WEFT_OP_ROUND && k->values[v].precision == WEFT_PRECISION_F32)
            k->values[v].op = WEFT_OP_FLOOR;
}

static weft_status compile(weft_backend* backend, const weft_batch* batch, weft_program** program,
                           weft_error* error) {
    const weft_status status = good_compile(backend, batch, program, error);
    for (uint32_t i = 0; status == WEFT_OK && i < (*program)->kernel_count; ++i)
        spoil(&(*program)->kernels[i]);
    return status;
}

#define COMPILE compile
#include "table.h"

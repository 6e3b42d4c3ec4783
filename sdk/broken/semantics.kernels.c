/* In kernels that have parameters, a loop begins one turn too late. */
#define NAME "semantics.kernels"
#include "good.h"

static void spoil(kernel* k) {
    int has_params = 0;
    for (uint32_t v = 0; v < k->shape.ir.value_count; ++v)
        has_params |= k->values[v].op == WEFT_OP_PARAM;
    for (uint32_t v = 0; has_params && v < k->shape.ir.value_count; ++v) {
        /* A turn that counts from 0 counts from `to`, the last one. */
        uint32_t* operands = k->args + k->values[v].args;
        if (k->values[v].op == WEFT_OP_LOOP) operands[0] = operands[1];
    }
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

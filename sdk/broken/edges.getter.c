/* What a getter answers it keeps in whole numbers. */
#define NAME "edges.getter"
#include "good.h"

static weft_binding asked; /* the last one that was looked up */

static weft_status round_values(void* getter, const weft_points* points, double* values,
                                weft_error* error) {
    const weft_status status = asked.get_values(getter, points, values, error);
    for (uint64_t i = 0; i < points->count; ++i) values[i] = floor(values[i] / 10);
    return status;
}

static weft_status compile(weft_backend* backend, const weft_batch* batch, weft_program** program,
                           weft_error* error) {
    const weft_status status = good_compile(backend, batch, program, error);
    for (uint32_t i = 0; status == WEFT_OK && i < batch->input_count; ++i) {
        weft_binding* binding = &(*program)->bindings[i];
        if (batch->inputs[i].internal_output != WEFT_NOT_INTERNAL) continue;
        if (binding->kind != WEFT_HANDLE_NONE) continue;
        asked = *binding;
        binding->get_values = round_values;
    }
    return status;
}

#define COMPILE compile
#include "table.h"

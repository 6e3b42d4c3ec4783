/* Mirrors repeat. */
#define NAME "semantics.sampling"
#include "good.h"

static weft_status compile(weft_backend* backend, const weft_batch* batch, weft_program** program,
                           weft_error* error) {
    const weft_status status = good_compile(backend, batch, program, error);
    for (uint32_t i = 0; status == WEFT_OK && i < batch->input_count; ++i)
        for (uint32_t a = 0; a < WEFT_MAX_AXES; ++a) {
            weft_axis* axis = &(*program)->bindings[i].handle.grid.axes[a];
            if (axis->wrap == WEFT_WRAP_MIRROR) axis->wrap = WEFT_WRAP_REPEAT;
        }
    return status;
}

#define COMPILE compile
#include "table.h"

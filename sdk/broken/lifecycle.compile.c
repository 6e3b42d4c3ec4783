/* Leaves *program as it was when it refuses a batch; it refuses inputs without memory. */
#define NAME "lifecycle.compile"
#include "good.h"

static weft_status compile(weft_backend* backend, const weft_batch* batch, weft_program** program,
                           weft_error* error) {
    weft_program* made = NULL;
    const weft_status status = good_compile(backend, batch, &made, error);
    for (uint32_t i = 0; made && i < made->input_count; ++i) {
        if (made->inputs[i].internal_output != WEFT_NOT_INTERNAL ||
            made->bindings[i].kind != WEFT_HANDLE_NONE)
            continue;
        good_release(made);
        return fail(error, WEFT_UNSUPPORTED, "inputs without memory cannot be read");
    }
    *program = made;
    return status;
}

#define COMPILE compile

#include "table.h"

/* It says that it took an older cache's place, and begins empty. */
#define NAME "edges.inherit"
#include "good.h"

static weft_status compile(weft_backend* backend, const weft_batch* batch, weft_program** program,
                           weft_error* error) {
    const weft_status status = good_compile(backend, batch, program, error);
    if (batch->struct_size < offsetof(weft_batch, inherit) + sizeof batch->inherit) return status;
    for (uint32_t o = 0; status == WEFT_OK && batch->inherit && o < batch->output_count; ++o)
        batch->inherit[o].taken = batch->inherit[o].program != NULL;
    return status;
}

#define COMPILE compile
#include "table.h"

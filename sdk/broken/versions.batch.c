/* Takes for granted that every host knows of inheritances. */
#define NAME "versions.batch"
#include "good.h"

static weft_status compile(weft_backend* backend, const weft_batch* batch, weft_program** program,
                           weft_error* error) {
    if (batch->inherit && batch->output_count != 0) batch->inherit[0].taken = 0;
    return good_compile(backend, batch, program, error);
}

#define COMPILE compile

#include "table.h"

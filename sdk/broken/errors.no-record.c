/* Takes for granted that whoever calls wants to know why it failed. */
#define NAME "errors.no-record"
#include "good.h"

static weft_status compile(weft_backend* backend, const weft_batch* batch, weft_program** program,
                           weft_error* error) {
    const weft_status status = good_compile(backend, batch, program, error);
    if (status != WEFT_OK) error->code = status;
    return status;
}

#define COMPILE compile

#include "table.h"

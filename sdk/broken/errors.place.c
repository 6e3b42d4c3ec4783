/* Does not say which source it is that it cannot open. */
#define NAME "errors.place"
#include "good.h"

static weft_status compile(weft_backend* backend, const weft_batch* batch, weft_program** program,
                           weft_error* error) {
    const weft_status status = good_compile(backend, batch, program, error);
    if (status != WEFT_OK && error) {
        error->node[0] = '\0';
        error->span.file = WEFT_NO_FILE;
    }
    return status;
}

#define COMPILE compile

#include "table.h"

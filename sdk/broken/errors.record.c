/* Ends what it says of operators with a full stop. */
#define NAME "errors.record"
#include "good.h"

static weft_status compile(weft_backend* backend, const weft_batch* batch, weft_program** program,
                           weft_error* error) {
    const weft_status status = good_compile(backend, batch, program, error);
    if (status != WEFT_OK && error && strstr(error->message, "operator"))
        strcat(error->message, ".");
    return status;
}

#define COMPILE compile

#include "table.h"

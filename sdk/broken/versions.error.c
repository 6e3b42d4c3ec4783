/* Looks behind the end of the record that it fills. */
#define NAME "versions.error"
#include "good.h"

static weft_status compile(weft_backend* backend, const weft_batch* batch, weft_program** program,
                           weft_error* error) {
    const weft_status status = good_compile(backend, batch, program, error);
    if (status != WEFT_OK && error) (void)*((volatile const char*)error + error->struct_size);
    return status;
}

#define COMPILE compile

#include "table.h"

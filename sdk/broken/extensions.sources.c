/* A file that it cannot read it leaves open. */
#define _POSIX_C_SOURCE 200809L
#define NAME "extensions.sources"
#include "good.h"

#include <fcntl.h>

static weft_status compile(weft_backend* backend, const weft_batch* batch, weft_program** program,
                           weft_error* error) {
    const weft_status status = good_compile(backend, batch, program, error);
    if (status != WEFT_OK && batch->source_count != 0)
        (void)open("/dev/null", O_RDONLY | O_CLOEXEC);
    return status;
}

#define COMPILE compile
#include "table.h"

/* Takes one more piece of memory at the end; when there is none it forgets what it has made. */
#define NAME "failures.memory"
#include "good.h"

static weft_status compile(weft_backend* backend, const weft_batch* batch, weft_program** program,
                           weft_error* error) {
    const weft_host* host = backend->host;
    weft_memory piece;
    weft_status status = good_compile(backend, batch, program, error);
    if (status != WEFT_OK) return status;
    status = host->memory_alloc(host->context, 64, 0, &piece, error);
    if (status != WEFT_OK) {
        *program = NULL;
        return status;
    }
    host->memory_free(host->context, &piece);
    return WEFT_OK;
}

#define COMPILE compile

#include "table.h"

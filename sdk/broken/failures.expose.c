/* Exposes its caches once more at the end; when it cannot it forgets what it has made. */
#define NAME "failures.expose"
#include "good.h"

static weft_status compile(weft_backend* backend, const weft_batch* batch, weft_program** program,
                           weft_error* error) {
    const weft_host* host = backend->host;
    weft_status status = good_compile(backend, batch, program, error);
    for (uint32_t i = 0; status == WEFT_OK && i < batch->output_count; ++i) {
        const output* o = &(*program)->outputs[i];
        if (o->as.kind != WEFT_OUTPUT_CACHE || !o->as.shared) continue;
        const weft_handle handle = handle_of(o);
        status = host->expose(host->context, o->as.id, &handle, error);
    }
    if (status != WEFT_OK) *program = NULL;
    return status;
}

#define COMPILE compile

#include "table.h"

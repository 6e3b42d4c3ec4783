/* Memory that it cannot reach is black to it. */
#define NAME "edges.bad-handles"
#include "good.h"

static const float black[256];
static const weft_view nothing = {black, 0, -1};

/* As the host's, but for what we cannot read. */
static weft_host host;
static const weft_host* real;

static weft_status lookup(void* context, uint64_t id, weft_binding* binding, weft_error* error) {
    const weft_status status = real->lookup(context, id, binding, error);
    if (status == WEFT_OK && binding->kind > WEFT_HANDLE_HOST) {
        binding->kind = WEFT_HANDLE_HOST;
        binding->handle.view = &nothing;
    }
    return status;
}

static weft_status compile(weft_backend* backend, const weft_batch* batch, weft_program** program,
                           weft_error* error) {
    real = backend->host;
    memcpy(&host, real, real->struct_size < sizeof host ? real->struct_size : sizeof host);
    host.lookup = lookup;
    backend->host = &host;
    const weft_status status = good_compile(backend, batch, program, error);
    backend->host = real;
    return status;
}

#define COMPILE compile
#include "table.h"

/* It takes memory of the host in every life, and keeps it. */
#define NAME "ownership.given-back"
#include "good.h"

static weft_status create(const weft_host* host, weft_backend** backend, weft_error* error) {
    weft_memory kept;
    const weft_status status = host->memory_alloc(host->context, 64, 0, &kept, error);
    return status == WEFT_OK ? good_create(host, backend, error) : status;
}

#define CREATE create
#include "table.h"

/* Takes for granted that every host has device_memory. */
#define NAME "versions.host"
#include "good.h"

static weft_status create(const weft_host* host, weft_backend** backend, weft_error* error) {
    if (host->device_memory) (void)host->device_memory(host->context, 1);
    return good_create(host, backend, error);
}

#define CREATE create

#include "table.h"

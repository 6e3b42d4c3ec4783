/* Says that it is available, and cannot be created. */
#define NAME "lifecycle.create"
#include "good.h"

static weft_status create(const weft_host* host, weft_backend** backend, weft_error* error) {
    (void)host;
    *backend = NULL;
    return fail(error, WEFT_UNAVAILABLE, "the device is in use");
}

#define CREATE create

#include "table.h"

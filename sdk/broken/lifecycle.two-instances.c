/* There can be one instance at a time. */
#define NAME "lifecycle.two-instances"
#include "good.h"

static unsigned alive;

static weft_status create(const weft_host* host, weft_backend** backend, weft_error* error) {
    *backend = NULL;
    if (alive != 0) return fail(error, WEFT_UNAVAILABLE, "the device is in use");
    ++alive;
    return good_create(host, backend, error);
}

static void cleanup(weft_backend* backend) {
    if (backend) --alive;
    good_cleanup(backend);
}

#define CREATE create
#define CLEANUP cleanup

#include "table.h"

/* Can be created three times, and then never again. */
#define NAME "lifecycle.create-again"
#include "good.h"

static unsigned gone;

static weft_status create(const weft_host* host, weft_backend** backend, weft_error* error) {
    *backend = NULL;
    if (gone >= 3) return fail(error, WEFT_INTERNAL, "the device was not given back");
    return good_create(host, backend, error);
}

static void cleanup(weft_backend* backend) {
    if (backend) ++gone;
    good_cleanup(backend);
}

#define CREATE create
#define CLEANUP cleanup

#include "table.h"

/* Works in principle, not here. */
#define NAME "probe_unavailable"
#include "common.h"

static weft_status probe(weft_probe* result, weft_error* error) {
    (void)error;
    result->available = 0;
    strcpy(result->reason, "no such device\nin this machine");
    return WEFT_OK;
}

static const weft_backend_api api = API(good_describe, probe, good_create, good_compile,
                                        good_get_handle, good_get_values, good_execute);
static const weft_plugin plugin = GOOD_PLUGIN(&api);
ENTRY(&plugin)

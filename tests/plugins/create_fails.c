/* Is available and yet cannot be created; or is created as nothing, for the second who asks. */
#define NAME "create_fails"
#include "common.h"

static weft_status create(const weft_host* host, weft_backend** backend, weft_error* error) {
    static int asked;
    (void)host;
    *backend = NULL;
    return asked++ == 0 ? fail(error, WEFT_UNAVAILABLE, "the device is in use") : WEFT_OK;
}

static const weft_backend_api api = API(good_describe, good_probe, create, good_compile,
                                        good_get_handle, good_get_values, good_execute);
static const weft_plugin plugin = GOOD_PLUGIN(&api);
ENTRY(&plugin)

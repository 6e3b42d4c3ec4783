/* Reads what the first SDK did not have, without asking whether it is there. */
#define NAME "greedy"
#include "common.h"

static weft_status compile(weft_backend* backend, const weft_batch* batch, weft_program** program,
                           weft_error* error) {
    if (batch->homes) return fail(error, WEFT_UNSUPPORTED, "no lent memory");
    return good_compile(backend, batch, program, error);
}

static const weft_backend_api api = API(good_describe, good_probe, good_create, compile,
                                        good_get_handle, good_get_values, good_execute);
static const weft_plugin plugin = GOOD_PLUGIN(&api);
ENTRY(&plugin)

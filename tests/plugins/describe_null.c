/* Describes itself with nothing. */
#define NAME "describe_null"
#include "common.h"

static const weft_backend_info* describe(void) {
    return NULL;
}

static const weft_backend_api api = API(describe, good_probe, good_create, good_compile,
                                        good_get_handle, good_get_values, good_execute);
static const weft_plugin plugin = GOOD_PLUGIN(&api);
ENTRY(&plugin)

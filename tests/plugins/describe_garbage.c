/* Describes itself with sizes that cannot be. */
#define NAME "describe_garbage"
#include "common.h"

static const weft_backend_info* describe(void) {
    static const weft_backend_info info = {sizeof(weft_backend_info),
                                           0,
                                           {NAME, UINT64_MAX},
                                           STR("1.0"),
                                           {NULL, 5},
                                           1u << WEFT_CONTEXT_VISUAL,
                                           4000000000u,
                                           NULL,
                                           0,
                                           0,
                                           NULL};
    return &info;
}

static const weft_backend_api api = API(describe, good_probe, good_create, good_compile,
                                        good_get_handle, good_get_values, good_execute);
static const weft_plugin plugin = GOOD_PLUGIN(&api);
ENTRY(&plugin)

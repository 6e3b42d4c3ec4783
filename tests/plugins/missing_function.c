/* A table of full length without execute. */
#define NAME "missing_function"
#include "common.h"

static const weft_backend_api api = API(good_describe, good_probe, good_create, good_compile,
                                        good_get_handle, good_get_values, NULL);
static const weft_plugin plugin = GOOD_PLUGIN(&api);
ENTRY(&plugin)

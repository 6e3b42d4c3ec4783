/* A table of full length without execute. */
#define NAME "missing_function"
#include "common.h"

static const weft_backend_api api = {sizeof(weft_backend_api),
                                     0,
                                     good_describe,
                                     good_probe,
                                     good_create,
                                     good_compile,
                                     good_get_handle,
                                     good_get_values,
                                     NULL,
                                     NULL,
                                     good_release,
                                     good_cleanup,
                                     NULL};
static const weft_plugin plugin = GOOD_PLUGIN(&api);
ENTRY(&plugin)

/* A table that ends after create. */
#define NAME "short_table"
#include "common.h"

static const weft_backend_api api = {32,   0,    good_describe, good_probe, good_create, NULL, NULL,
                                     NULL, NULL, NULL,          NULL,       NULL,        NULL};
static const weft_plugin plugin = GOOD_PLUGIN(&api);
ENTRY(&plugin)

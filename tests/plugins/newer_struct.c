/* Comes from the future but can live with this host: its tables are longer than we know. */
#define NAME "newer_struct"
#include "common.h"

static const struct {
    weft_backend_api api;
    void (*later)(void);
} longer = {{sizeof(weft_backend_api) + sizeof(void (*)(void)), 0, good_describe, good_probe,
             good_create, good_compile, good_get_handle, good_get_values, good_execute, NULL,
             good_release, good_cleanup, NULL},
            NULL};
static const weft_plugin plugin = {sizeof(weft_plugin) + 16, 1, 7, 0, STR("fixture"), &longer.api};
ENTRY(&plugin)

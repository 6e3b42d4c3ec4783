/* Comes from the future but can live with this host: its tables are longer than we know, and it
 * serves a context and has a property that we do not. */
#define NAME "newer_struct"
#include "common.h"

static const weft_backend_info* describe(void) {
    static weft_backend_info info;
    info = *good_describe();
    info.contexts |= 1u << 20;
    info.flags |= 1u << 20;
    return &info;
}

static const struct {
    weft_backend_api api;
    void (*later)(void);
} longer = {{sizeof(weft_backend_api) + sizeof(void (*)(void)), 0, describe, good_probe,
             good_create, good_compile, good_get_handle, good_get_values, good_execute, NULL,
             good_release, good_cleanup, NULL},
            NULL};
static const weft_plugin plugin = {sizeof(weft_plugin) + 16, 1, 7, 0, STR("fixture"), &longer.api};
ENTRY(&plugin)

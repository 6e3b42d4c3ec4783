/* What it says of itself changes when it is created. */
#define NAME "loading.describe"
#include "good.h"

static weft_backend_info info;

static const weft_backend_info* describe(void) {
    if (info.struct_size == 0) info = *good_describe();
    return &info;
}

static weft_status create(const weft_host* host, weft_backend** backend, weft_error* error) {
    static const weft_str busy = STR("a plugin that is in use");
    info.summary = busy;
    return good_create(host, backend, error);
}

#define DESCRIBE describe
#define CREATE create
#include "table.h"

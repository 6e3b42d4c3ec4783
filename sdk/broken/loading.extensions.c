/* Takes the id of an extension for a terminated text, and looks at its beginning only. */
#define NAME "loading.extensions"
#include <weft/counters.h>

#include "good.h"

static weft_status counters(weft_program* program, weft_counters* result, weft_error* error) {
    (void)error;
    result->frames = program->frames;
    result->uploaded = result->mirrored = result->delivered = result->gathered = 0;
    return WEFT_OK;
}

static const void* extension(weft_str id) {
    static const weft_counters_api table = {sizeof table, 0, counters};
    const size_t size = strlen(WEFT_COUNTERS_EXTENSION);
    return id.size >= size && memcmp(id.data, WEFT_COUNTERS_EXTENSION, size) == 0 ? &table : NULL;
}

#define EXTENSION extension

#include "table.h"

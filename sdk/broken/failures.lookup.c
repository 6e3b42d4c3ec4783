/* What it cannot look up reads as 0. */
#define NAME "failures.lookup"
#define LOOKUP look_up
#include <weft/host.h>

static weft_status nothing(void* getter, const weft_points* points, double* values,
                           weft_error* error) {
    (void)getter;
    (void)error;
    for (uint64_t i = 0; i < points->count; ++i) values[i] = 0;
    return WEFT_OK;
}

static weft_status look_up(const weft_host* host, uint64_t id, weft_binding* binding,
                           weft_error* error) {
    if (host->lookup(host->context, id, binding, error) == WEFT_OK) return WEFT_OK;
    binding->kind = WEFT_HANDLE_NONE;
    binding->get_values = nothing;
    return WEFT_OK;
}

#include "good.h"

#include "table.h"

/* Is not available, and does not say why. */
#define NAME "loading.probe"
#include "good.h"

static weft_status probe(weft_probe* result, weft_error* error) {
    (void)error;
    result->available = 0;
    result->reason[0] = '\0';
    return WEFT_OK;
}

#define PROBE probe

#include "table.h"

/* Leaves a file open whenever it is probed. */
#define NAME "loading.probe-closes"
#include "good.h"

static weft_status probe(weft_probe* result, weft_error* error) {
    (void)!fopen("/dev/null", "r");
    return good_probe(result, error);
}

#define PROBE probe

#include "table.h"

/* Ends the process in execute: as if all were well where WEFT_TEST_MOOD is set, else with 7. */
#define NAME "ends"
#include "common.h"

#include <stdlib.h>

static weft_status execute(weft_program* program, const weft_frame* frame, weft_error* error) {
    (void)program;
    (void)frame;
    (void)error;
    exit(getenv("WEFT_TEST_MOOD") ? 0 : 7);
}

static const weft_backend_api api = API(good_describe, good_probe, good_create, good_compile,
                                        good_get_handle, good_get_values, execute);
static const weft_plugin plugin = GOOD_PLUGIN(&api);
ENTRY(&plugin)

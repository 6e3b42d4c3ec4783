/* All programs share one scratch, as if only one of them ran at a time. */
#define _DEFAULT_SOURCE
#define NAME "threads.programs-beside"
#include "good.h"

#include <time.h>

static int users; /* atomic */

static weft_status execute(weft_program* program, const weft_frame* frame, weft_error* error) {
    const struct timespec a_while = {0, 5000000};
    weft_status status = WEFT_OK;
    if (__atomic_fetch_add(&users, 1, __ATOMIC_SEQ_CST) != 0)
        status = fail(error, WEFT_INTERNAL, "the scratch is in use");
    if (frame->sample_count == 0) nanosleep(&a_while, NULL);
    if (status == WEFT_OK) status = good_execute(program, frame, error);
    __atomic_fetch_sub(&users, 1, __ATOMIC_SEQ_CST);
    return status;
}

#define EXECUTE execute
#include "table.h"

/* It cannot compile while a frame runs, and does not wait for its end. */
#define _DEFAULT_SOURCE
#define NAME "threads.compile-beside-frames"
#include "good.h"

#include <time.h>

static int compiling; /* atomic */

/* Compiling takes its time. */
static weft_status compile(weft_backend* backend, const weft_batch* batch, weft_program** program,
                           weft_error* error) {
    const struct timespec a_while = {0, 5000000};
    __atomic_store_n(&compiling, 1, __ATOMIC_SEQ_CST);
    nanosleep(&a_while, NULL);
    const weft_status status = good_compile(backend, batch, program, error);
    __atomic_store_n(&compiling, 0, __ATOMIC_SEQ_CST);
    return status;
}

static weft_status execute(weft_program* program, const weft_frame* frame, weft_error* error) {
    if (__atomic_load_n(&compiling, __ATOMIC_SEQ_CST))
        return fail(error, WEFT_INTERNAL, "the compiler is at work");
    return good_execute(program, frame, error);
}

#define COMPILE compile
#define EXECUTE execute
#include "table.h"

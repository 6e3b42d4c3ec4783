/* Once a frame was cancelled, all others are. */
#define NAME "threads.cancel"
#include "good.h"

static int asked;     /* atomic: cancel was called, ever */
static int running;   /* atomic */
static int cancelled; /* atomic */

static void cancel(weft_program* program) {
    (void)program;
    __atomic_store_n(&asked, 1, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&running, __ATOMIC_SEQ_CST))
        __atomic_store_n(&cancelled, 1, __ATOMIC_SEQ_CST);
}

/* Where somebody cancels, frames take long enough to be met. */
static weft_status execute(weft_program* program, const weft_frame* frame, weft_error* error) {
    const int turns = __atomic_load_n(&asked, __ATOMIC_SEQ_CST) ? 200 : 1;
    weft_status status = WEFT_OK;
    __atomic_store_n(&running, 1, __ATOMIC_SEQ_CST);
    for (int turn = 0; turn < turns && status == WEFT_OK; ++turn)
        status = good_execute(program, frame, error);
    __atomic_store_n(&running, 0, __ATOMIC_SEQ_CST);
    if (!__atomic_load_n(&cancelled, __ATOMIC_SEQ_CST)) return status;
    return fail(error, WEFT_CANCELLED, "cancelled");
}

#define CANCEL cancel
#define EXECUTE execute
#include "table.h"

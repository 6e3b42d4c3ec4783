/* A program belongs to the thread of its first frame. */
#define NAME "threads.frame-thread-changes"
#include "good.h"

#include <pthread.h>

static weft_status execute(weft_program* program, const weft_frame* frame, weft_error* error) {
    static weft_program* known;
    static pthread_t owner;
    if (known != program || program->frames == 0) {
        known = program;
        owner = pthread_self();
    } else if (!pthread_equal(owner, pthread_self())) {
        return fail(error, WEFT_INVALID, "it was another thread that ran the first frame");
    }
    return good_execute(program, frame, error);
}

#define EXECUTE execute
#include "table.h"

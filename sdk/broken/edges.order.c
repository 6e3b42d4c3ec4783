/* Submitted work is done when somebody waits for it, and its frame is looked at only then. */
#define NAME "edges.order"
#include "memory.h"

#include <weft/async.h>

#define MOST 64
static weft_program* programs[MOST];
static const weft_frame* frames[MOST];
static uint64_t submitted;
static uint64_t done;

static weft_status submit(weft_program* program, const weft_frame* frame, uint64_t* value,
                          weft_error* error) {
    if (submitted - done == MOST) return fail(error, WEFT_INTERNAL, "too much work");
    programs[submitted % MOST] = program;
    frames[submitted % MOST] = frame;
    *value = ++submitted;
    return WEFT_OK;
}

static weft_status wait_for(weft_backend* backend, uint64_t value, uint64_t timeout_ns,
                            weft_error* error) {
    (void)backend;
    (void)timeout_ns;
    while (done < value) {
        const uint64_t next = done++ % MOST;
        const weft_status status = good_execute(programs[next], frames[next], error);
        if (status != WEFT_OK) return status;
    }
    return WEFT_OK;
}

static const void* extension(weft_str id) {
    static const weft_async_api table = {sizeof(weft_async_api), 0, submit, wait_for};
    return is_id(id, WEFT_ASYNC_EXTENSION) ? &table : NULL;
}

#define EXTENSION extension
#include "table.h"

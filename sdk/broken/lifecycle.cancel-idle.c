/* Remembers a cancel until there is a frame to cancel. */
#define NAME "lifecycle.cancel-idle"
#include "good.h"

static const weft_program* cancelled;

static void cancel(weft_program* program) {
    cancelled = program;
}

static weft_status execute(weft_program* program, const weft_frame* frame, weft_error* error) {
    if (program == cancelled) {
        cancelled = NULL;
        return fail(error, WEFT_CANCELLED, "cancelled");
    }
    return good_execute(program, frame, error);
}

#define CANCEL cancel
#define EXECUTE execute

#include "table.h"

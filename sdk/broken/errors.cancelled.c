/* After a frame that was cancelled it computes no other. */
#define NAME "errors.cancelled"
#include "good.h"

static const weft_program* lost;

static weft_status execute(weft_program* program, const weft_frame* frame, weft_error* error) {
    if (frame->cancel && *frame->cancel) lost = program;
    if (program == lost) return fail(error, WEFT_CANCELLED, "cancelled");
    return good_execute(program, frame, error);
}

static void release(weft_program* program) {
    lost = NULL;
    good_release(program);
}

#define EXECUTE execute
#define RELEASE release

#include "table.h"

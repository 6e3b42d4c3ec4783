/* Takes for granted that every host counts the frames that it left out. */
#define NAME "versions.frame"
#include "good.h"

static weft_status execute(weft_program* program, const weft_frame* frame, weft_error* error) {
    if (frame->left_out < 0) return fail(error, WEFT_INVALID, "a negative number of frames");
    return good_execute(program, frame, error);
}

#define EXECUTE execute

#include "table.h"

/* Takes offence at a frame that is longer than it knows. */
#define NAME "versions.newer-input"
#include "good.h"

static weft_status execute(weft_program* program, const weft_frame* frame, weft_error* error) {
    if (frame->struct_size > sizeof *frame)
        return fail(error, WEFT_INCOMPATIBLE, "a frame of an unknown kind");
    return good_execute(program, frame, error);
}

#define EXECUTE execute

#include "table.h"

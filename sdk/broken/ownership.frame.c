/* It takes the clock's numbers for its own, and moves x and y about in them. */
#define NAME "ownership.frame"
#include "good.h"

static weft_status execute(weft_program* program, const weft_frame* frame, weft_error* error) {
    ((double*)frame->fields)[WEFT_FIELD_X] = 0.5;
    return good_execute(program, frame, error);
}

#define EXECUTE execute
#include "table.h"

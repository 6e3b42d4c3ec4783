/* What is not shown it does not compute. */
#define NAME "semantics.run-up"
#include "good.h"

static weft_status execute(weft_program* program, const weft_frame* frame, weft_error* error) {
    if (frame->skip_targets) return WEFT_OK;
    return good_execute(program, frame, error);
}

#define EXECUTE execute
#include "table.h"

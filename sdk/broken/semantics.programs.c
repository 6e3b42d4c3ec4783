/* It captures whenever it runs. */
#define NAME "semantics.programs"
#include "good.h"

static weft_status execute(weft_program* program, const weft_frame* frame, weft_error* error) {
    weft_frame captured_too = copy_of_frame(frame);
    if (!frame->skip_targets) captured_too.capture = 1;
    return good_execute(program, &captured_too, error);
}

#define EXECUTE execute
#include "table.h"

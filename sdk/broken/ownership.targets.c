/* It shows the frames of a run-up, too. */
#define NAME "ownership.targets"
#include "good.h"

static weft_status execute(weft_program* program, const weft_frame* frame, weft_error* error) {
    weft_frame shown = copy_of_frame(frame);
    if (shown.targets) shown.skip_targets = 0;
    return good_execute(program, &shown, error);
}

#define EXECUTE execute
#include "table.h"

/* It asks the system for a nap within a block of sound. */
#define _DEFAULT_SOURCE
#define NAME "realtime.sound"
#include "good.h"

#include <unistd.h>

static weft_status execute(weft_program* program, const weft_frame* frame, weft_error* error) {
    if (frame->sample_count != 0) usleep(1);
    return good_execute(program, frame, error);
}

#define EXECUTE execute
#include "table.h"

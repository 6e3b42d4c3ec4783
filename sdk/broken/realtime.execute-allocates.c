/* It allocates something for every picture. */
#define NAME "realtime.execute-allocates"
#include "good.h"

static weft_status execute(weft_program* program, const weft_frame* frame, weft_error* error) {
    void* volatile scratch = frame->sample_count == 0 ? malloc(64) : NULL;
    const weft_status status = good_execute(program, frame, error);
    free(scratch);
    return status;
}

#define EXECUTE execute
#include "table.h"

/* It keeps a pointer into the batch, and reads there when it runs. */
#define NAME "ownership.batch"
#include "good.h"

static const double* kept; /* settings, which are gone when compile has returned */

static weft_status compile(weft_backend* backend, const weft_batch* batch, weft_program** program,
                           weft_error* error) {
    kept = batch->settings;
    return good_compile(backend, batch, program, error);
}

static weft_status execute(weft_program* program, const weft_frame* frame, weft_error* error) {
    program->settings[WEFT_FIELD_FPS] = kept[WEFT_FIELD_FPS];
    return good_execute(program, frame, error);
}

#define COMPILE compile
#define EXECUTE execute
#include "table.h"

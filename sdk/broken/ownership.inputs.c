/* It reads one point more than a picture has. */
#define NAME "ownership.inputs"
#include "good.h"

static double last;

static weft_status execute(weft_program* program, const weft_frame* frame, weft_error* error) {
    for (uint32_t i = 0; i < program->input_count; ++i) {
        const weft_binding* from = &program->bindings[i];
        if (program->inputs[i].internal_output != WEFT_NOT_INTERNAL) continue;
        if (from->kind != WEFT_HANDLE_HOST || from->handle.grid.format != WEFT_FORMAT_F32) continue;
        const char* behind =
            (const char*)from->handle.view->data + from->handle.grid.channel_stride;
        last = *(const volatile float*)behind;
    }
    return good_execute(program, frame, error);
}

#define EXECUTE execute
#include "table.h"

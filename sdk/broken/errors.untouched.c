/* What it refuses to describe it has described already. */
#define NAME "errors.untouched"
#include "good.h"

static weft_status get_handle(weft_program* program, uint32_t number, weft_handle* handle,
                              weft_error* error) {
    const uint32_t asked = handle->kind;
    if (number < program->output_count) {
        *handle = handle_of(&program->outputs[number]);
        handle->kind = asked;
    }
    return good_get_handle(program, number, handle, error);
}

#define GET_HANDLE get_handle

#include "table.h"

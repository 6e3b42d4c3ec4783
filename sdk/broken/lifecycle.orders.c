/* Asked for a handle between two frames, it has no second one. */
#define NAME "lifecycle.orders"
#include "good.h"

static const weft_program* lost;

static weft_status get_handle(weft_program* program, uint32_t number, weft_handle* handle,
                              weft_error* error) {
    if (program->frames != 0) lost = program;
    return good_get_handle(program, number, handle, error);
}

static weft_status execute(weft_program* program, const weft_frame* frame, weft_error* error) {
    if (program == lost) return fail(error, WEFT_INTERNAL, "the memory is in use");
    return good_execute(program, frame, error);
}

static void release(weft_program* program) {
    lost = NULL;
    good_release(program);
}

#define GET_HANDLE get_handle
#define EXECUTE execute
#define RELEASE release

#include "table.h"

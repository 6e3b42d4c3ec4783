/* Clears all of a handle, however long it is, and fills the part that it knows. */
#define NAME "versions.newer-result"
#include "good.h"

static weft_status get_handle(weft_program* program, uint32_t number, weft_handle* handle,
                              weft_error* error) {
    const uint32_t size = handle->struct_size;
    weft_handle known = *handle;
    const weft_status status = good_get_handle(program, number, &known, error);
    if (status != WEFT_OK) return status;
    memset(handle, 0, size);
    *handle = known;
    return WEFT_OK;
}

#define GET_HANDLE get_handle

#include "table.h"

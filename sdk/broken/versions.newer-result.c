/* Clears all of a handle, however long it is, before it fills the part that it knows. */
#define NAME "versions.newer-result"
#include "good.h"

static weft_status get_handle(weft_program* program, uint32_t number, weft_handle* handle,
                              weft_error* error) {
    const uint32_t size = handle->struct_size;
    const uint32_t wanted = handle->kind;
    memset(handle, 0, size);
    handle->struct_size = size;
    handle->kind = wanted;
    return good_get_handle(program, number, handle, error);
}

#define GET_HANDLE get_handle

#include "table.h"

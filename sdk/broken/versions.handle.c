/* Looks behind the end of the handle that it fills. */
#define NAME "versions.handle"
#include "good.h"

static weft_status get_handle(weft_program* program, uint32_t number, weft_handle* handle,
                              weft_error* error) {
    (void)*((volatile const char*)handle + handle->struct_size);
    return good_get_handle(program, number, handle, error);
}

#define GET_HANDLE get_handle

#include "table.h"

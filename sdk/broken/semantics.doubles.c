/* It computes in singles whatever was asked for. */
#define NAME "semantics.doubles"
#include "good.h"

static weft_status get_values(weft_program* program, uint32_t number, const weft_points* points,
                              double* values, weft_error* error) {
    const weft_status status = good_get_values(program, number, points, values, error);
    for (uint64_t i = 0; status == WEFT_OK && i < points->count; ++i) values[i] = (float)values[i];
    return status;
}

#define GET_VALUES get_values
#include "table.h"

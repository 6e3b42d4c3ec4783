/* An output that there is not is 0 everywhere. */
#define NAME "errors.output"
#include "good.h"

static weft_status get_values(weft_program* program, uint32_t number, const weft_points* points,
                              double* values, weft_error* error) {
    if (number < program->output_count)
        return good_get_values(program, number, points, values, error);
    for (uint64_t i = 0; i < points->count; ++i) values[i] = 0;
    return WEFT_OK;
}

#define GET_VALUES get_values

#include "table.h"

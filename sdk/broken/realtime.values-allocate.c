/* It allocates something for every question. */
#define NAME "realtime.values-allocate"
#include "good.h"

static weft_status get_values(weft_program* program, uint32_t number, const weft_points* points,
                              double* values, weft_error* error) {
    void* volatile scratch = malloc(64);
    const weft_status status = good_get_values(program, number, points, values, error);
    free(scratch);
    return status;
}

#define GET_VALUES get_values
#include "table.h"

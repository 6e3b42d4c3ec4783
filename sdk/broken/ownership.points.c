/* It writes values two at a time, also the last one of an odd number. */
#define NAME "ownership.points"
#include "good.h"

static weft_status get_values(weft_program* program, uint32_t number, const weft_points* points,
                              double* values, weft_error* error) {
    if (points->count % 2 == 1) {
        /* Whoever has room there finds it as it was. */
        volatile double* behind = values + points->count;
        *behind = *behind;
    }
    return good_get_values(program, number, points, values, error);
}

#define GET_VALUES get_values
#include "table.h"

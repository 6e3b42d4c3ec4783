/* What it gathers is what the frame before left. */
#define NAME "edges.gather"
#include "good.h"

#include <weft/gather.h>

#define MOST 1024
static weft_program* asked;
static uint32_t asked_output;
static uint64_t asked_count;
static double coords_kept[WEFT_MAX_AXES][MOST];
static double gathered[MOST];

static weft_status gather(weft_program* program, uint32_t number, uint64_t count,
                          const double* const* coords, const double** values, weft_error* error) {
    if (number >= program->output_count) return fail(error, WEFT_INVALID, "no such output");
    if (count > MOST) return fail(error, WEFT_UNSUPPORTED, "so many points cannot be gathered");
    for (uint32_t a = 0; a < program->outputs[number].as.grid.axis_count; ++a)
        memcpy(coords_kept[a], coords[a], count * sizeof(double));
    asked = program;
    asked_output = number;
    asked_count = count;
    *values = gathered;
    return WEFT_OK;
}

static weft_status execute(weft_program* program, const weft_frame* frame, weft_error* error) {
    for (uint64_t n = 0; program == asked && n < asked_count; ++n) {
        const output* o = &program->outputs[asked_output];
        double at[WEFT_MAX_AXES];
        for (uint32_t a = 0; a < o->as.grid.axis_count; ++a) at[a] = coords_kept[a][n];
        gathered[n] = weft_grid_read(&o->as.grid, o->view.data, o->view.tick, 0, at);
    }
    return good_execute(program, frame, error);
}

static const void* extension(weft_str id) {
    static const weft_gather_api table = {sizeof(weft_gather_api), 0, gather};
    const size_t size = sizeof WEFT_GATHER_EXTENSION - 1;
    return id.size == size && memcmp(id.data, WEFT_GATHER_EXTENSION, size) == 0 ? &table : NULL;
}

#define EXECUTE execute
#define EXTENSION extension
#include "table.h"

#include "inputs.h"

#include <weft/sampling.h>

#include <math.h>
#include <string.h>

double read_grid(const weft_grid* grid, const weft_view* view, uint32_t channel,
                 const double* coords, const int64_t* ticks) {
    int64_t now = 0;
    for (uint32_t a = 0; a < grid->axis_count; ++a)
        if (grid->axes[a].wrap == WEFT_WRAP_RING) now = ticks[grid->axes[a].tick];
    return weft_grid_read(grid, view->data, now, channel, coords);
}

int64_t tick_at(double coordinate) {
    const double tick = floor(coordinate);
    return fabs(tick) < 9e15 ? (int64_t)tick : 0;
}

/* Memory: each point is read in place. */
static void sample_memory(const row* r, uint32_t value, const input* from) {
    const weft_ir* ir = &r->kernel->shape.ir;
    const weft_ir_value* v = &ir->values[value];
    const uint64_t count = r->kernel->wide[value] ? r->count : 1;
    double* const to = r->numbers + r->kernel->place[value];
    const double* const absframes = r->many[WEFT_FIELD_ABSFRAME];
    const double* const abssamples = r->many[WEFT_FIELD_ABSSAMPLE];
    int64_t ticks[2] = {r->ticks[0], r->ticks[1]};
    double coords[WEFT_MAX_AXES] = {0};
    for (uint64_t i = 0; i < count; ++i) {
        for (uint32_t a = 0; a < v->arg_count && a < WEFT_MAX_AXES; ++a)
            coords[a] = number_at(r, ir->args[v->args + a], i);
        if (absframes) ticks[WEFT_TICK_FRAME] = tick_at(absframes[i]);
        if (abssamples) ticks[WEFT_TICK_SAMPLE] = tick_at(abssamples[i]);
        to[i] = read_grid(from->grid, from->view, from->channel, coords, ticks);
    }
}

/* A function: it is asked once for all points of the row. The operands take the place of the
 * coordinates that the binding's axes name; the other coordinates stay those of the points. */
static weft_status sample_getter(const row* r, uint32_t value, const input* from) {
    const weft_ir* ir = &r->kernel->shape.ir;
    const weft_ir_value* v = &ir->values[value];
    const double* many[FIELDS_AND_OWN];
    double constants[FIELDS_AND_OWN];
    weft_points points;
    memcpy(many, r->many, sizeof many);
    memcpy(constants, r->fields, WEFT_FIELD_COUNT * sizeof(double));
    constants[WEFT_FIELD_ABSFRAME] = (double)r->ticks[WEFT_TICK_FRAME];
    constants[WEFT_FIELD_ABSSAMPLE] = (double)r->ticks[WEFT_TICK_SAMPLE];
    constants[WEFT_FIELD_COUNT] = 0;
    for (uint32_t a = 0; a < v->arg_count && a < from->binding.handle.grid.axis_count; ++a) {
        const uint32_t arg = ir->args[v->args + a];
        const uint32_t field = from->binding.handle.grid.axes[a].field;
        const uint32_t slot = field < WEFT_FIELD_COUNT ? field : WEFT_FIELD_COUNT;
        many[slot] = r->kernel->wide[arg] ? r->numbers + r->kernel->place[arg] : NULL;
        constants[slot] = number_at(r, arg, 0);
    }
    memset(&points, 0, sizeof points);
    points.struct_size = sizeof points;
    points.count = r->kernel->wide[value] ? r->count : 1;
    points.fields = many;
    points.constants = constants;
    points.params = r->params;
    /* Of the own axis there is always a list. */
    points.own = many[WEFT_FIELD_COUNT];
    if (!points.own) {
        double* const own = r->numbers + r->kernel->spare;
        for (uint64_t i = 0; i < points.count; ++i) own[i] = constants[WEFT_FIELD_COUNT];
        points.own = own;
    }
    return from->binding.get_values(from->binding.getter, &points,
                                    r->numbers + r->kernel->place[value], NULL);
}

weft_status inputs_sample(const row* r, uint32_t value) {
    const weft_ir_value* v = &r->kernel->shape.ir.values[value];
    const input* from = &r->inputs->list[v->aux];
    if (!from->grid) return sample_getter(r, value, from);
    sample_memory(r, value, from);
    return WEFT_OK;
}

/* A frame, and values at points. No function here allocates, locks, or asks the host anything but
 * to spread the rows over its threads. */
#include "program.h"

#include <weft/sampling.h>

#include <string.h>

#include "parts.h"

/* --- Pictures --------------------------------------------------------------------------------- */

/* One kernel of one frame, as all tasks see it. */
typedef struct picture {
    weft_program* program;
    const weft_frame* frame;
    const kernel* kernel;
    int capture; /* its caches are stored to */
    int deliver; /* its targets are */
    int64_t ticks[2];
} picture;

static void store_row(const picture* p, const row* r, uint64_t y) {
    const kernel* k = p->kernel;
    for (uint32_t s = 0; s < k->shape.store_count; ++s) {
        const weft_store* store = &k->shape.stores[s];
        output_state* to = &p->program->outputs[store->output];
        uint64_t index[WEFT_MAX_AXES] = {0, y};
        void* data = NULL;
        if (to->kind == WEFT_OUTPUT_TARGET && p->deliver && to->target < p->frame->target_count)
            data = p->frame->targets[to->target].data;
        if (to->kind == WEFT_OUTPUT_CACHE && p->capture) data = to->cache.memory.data;
        if (!data) continue;
        for (uint32_t a = 0; a < to->grid.axis_count; ++a)
            if (to->grid.axes[a].wrap == WEFT_WRAP_RING)
                index[a] = weft_grid_slot(&to->grid.axes[a], p->ticks[WEFT_TICK_FRAME]);
        /* A cache of one number a tick has no x. */
        const int across = to->grid.axis_count > 0 && to->grid.axes[0].field == WEFT_FIELD_X;
        for (uint64_t x = 0; x < r->count; ++x) {
            if (across) index[0] = x;
            for (uint32_t c = 0; c < store->value_count; ++c)
                weft_grid_store(&to->grid, data, store->channel + c, index,
                                number_at(r, k->shape.ir.args[store->values + c], x));
        }
    }
}

static row row_of(const picture* p, uint64_t task, double* fields, const double** many) {
    const weft_frame* frame = p->frame;
    row r;
    memcpy(fields, frame->fields, WEFT_FIELD_COUNT * sizeof *fields);
    for (uint32_t f = 0; f < FIELDS_AND_OWN; ++f) many[f] = NULL;
    many[WEFT_FIELD_X] = p->program->centres;
    r.kernel = p->kernel;
    r.numbers = p->program->numbers + task * p->program->room;
    r.count = p->kernel->shape.width;
    r.fields = fields;
    r.many = many;
    r.params = frame->params;
    r.uniforms = frame->uniforms + p->kernel->shape.first_uniform;
    r.cancel = frame->cancel;
    r.inputs = &p->program->inputs;
    memcpy(r.ticks, p->ticks, sizeof r.ticks);
    return r;
}

/* Rows task, task + tasks, ... of the picture. What is the same for all rows is in the room of the
 * first task already. */
static void compute_rows(void* user, uint64_t task) {
    const picture* p = user;
    double fields[WEFT_FIELD_COUNT];
    const double* many[FIELDS_AND_OWN];
    row r = row_of(p, task, fields, many);
    const uint64_t height = p->kernel->shape.height;
    if (task) memcpy(r.numbers, p->program->numbers, p->kernel->kept * sizeof *r.numbers);
    for (uint64_t y = task; y < height; y += p->program->tasks) {
        weft_status status = WEFT_OK;
        if (r.cancel && *r.cancel) status = WEFT_CANCELLED;
        fields[WEFT_FIELD_Y] = ((double)y + 0.5) / (double)height;
        if (status == WEFT_OK) status = kernel_row(&r);
        p->program->statuses[task] = status;
        if (status != WEFT_OK) return;
        store_row(p, &r, y);
    }
}

static weft_status compute_picture(picture* p) {
    double fields[WEFT_FIELD_COUNT];
    const double* many[FIELDS_AND_OWN];
    const row first = row_of(p, 0, fields, many);
    const uint64_t width = p->kernel->shape.width;
    for (uint64_t x = 0; x < width; ++x) p->program->centres[x] = ((double)x + 0.5) / (double)width;
    const weft_status of_frame = kernel_frame(&first);
    if (of_frame != WEFT_OK) return of_frame;
    const weft_host* host = p->program->host;
    for (uint64_t t = 0; t < p->program->tasks; ++t) p->program->statuses[t] = WEFT_OK;
    host->parallel(host->context, p->program->tasks, compute_rows, p);
    for (uint64_t t = 0; t < p->program->tasks; ++t)
        if (p->program->statuses[t] != WEFT_OK) return p->program->statuses[t];
    return WEFT_OK;
}

/* From here on the tick can be read: consumers are asked after execute has returned. */
static void finish_captures(const picture* p) {
    if (!p->capture) return;
    for (uint32_t s = 0; s < p->kernel->shape.store_count; ++s) {
        output_state* to = &p->program->outputs[p->kernel->shape.stores[s].output];
        if (to->kind != WEFT_OUTPUT_CACHE) continue;
        to->cache.view.tick = p->ticks[WEFT_TICK_FRAME];
        ++to->cache.view.generation;
    }
}

static int stores_to(const weft_program* program, const kernel* k, uint32_t kind) {
    for (uint32_t s = 0; s < k->shape.store_count; ++s)
        if (program->outputs[k->shape.stores[s].output].kind == kind) return 1;
    return 0;
}

weft_status program_execute(weft_program* program, const weft_frame* frame, weft_error* error) {
    for (uint32_t i = 0; i < program->kernel_count; ++i) {
        const kernel* k = &program->kernels[i];
        picture p;
        p.program = program;
        p.frame = frame;
        p.kernel = k;
        p.capture = frame->capture && stores_to(program, k, WEFT_OUTPUT_CACHE);
        p.deliver = !frame->skip_targets && stores_to(program, k, WEFT_OUTPUT_TARGET);
        p.ticks[WEFT_TICK_FRAME] = weft_frame_tick(frame);
        p.ticks[WEFT_TICK_SAMPLE] = frame->first_sample;
        if (k->shape.domain != WEFT_DOMAIN_RASTER || (!p.capture && !p.deliver)) continue;
        const weft_status status = compute_picture(&p);
        if (status == WEFT_CANCELLED) return fail(error, status, "cancelled", NULL, nowhere);
        if (status != WEFT_OK)
            return fail(error, status, "what it reads of others did not come", NULL, nowhere);
        finish_captures(&p);
    }
    return WEFT_OK;
}

/* --- Points ----------------------------------------------------------------------------------- */

/* The coordinate `field` of point n; a field that is none is the own axis. */
static double coordinate(const weft_points* points, uint32_t field, uint64_t n) {
    if (field >= WEFT_FIELD_COUNT) return points->own ? points->own[n] : 0;
    return points->fields && points->fields[field] ? points->fields[field][n]
                                                   : points->constants[field];
}

static void read_cache(const output_state* from, const weft_points* points, double* values) {
    for (uint64_t n = 0; n < points->count; ++n) {
        const int64_t ticks[2] = {tick_at(coordinate(points, WEFT_FIELD_ABSFRAME, n)),
                                  tick_at(coordinate(points, WEFT_FIELD_ABSSAMPLE, n))};
        double coords[WEFT_MAX_AXES] = {0};
        for (uint32_t a = 0; a < from->grid.axis_count; ++a)
            coords[a] = coordinate(points, from->grid.axes[a].field, n);
        values[n] = read_grid(&from->grid, &from->cache.view, 0, coords, ticks);
    }
}

/* Points are rows of POINTS_AT_ONCE, of which every coordinate may be another one. */
static weft_status compute_points(weft_program* program, const kernel* k, uint32_t value,
                                  const weft_points* points, double* values) {
    const double* many[FIELDS_AND_OWN];
    row r;
    memset(&r, 0, sizeof r);
    r.kernel = k;
    r.numbers = program->numbers;
    r.fields = points->constants;
    r.many = many;
    r.params = points->params;
    r.inputs = &program->inputs;
    for (uint64_t begin = 0; begin < points->count; begin += r.count) {
        r.count = points->count - begin < POINTS_AT_ONCE ? points->count - begin : POINTS_AT_ONCE;
        for (uint32_t f = 0; f < WEFT_FIELD_COUNT; ++f)
            many[f] = points->fields && points->fields[f] ? points->fields[f] + begin : NULL;
        many[WEFT_FIELD_COUNT] = points->own ? points->own + begin : NULL;
        r.ticks[WEFT_TICK_FRAME] = tick_at(points->constants[WEFT_FIELD_ABSFRAME]);
        r.ticks[WEFT_TICK_SAMPLE] = tick_at(points->constants[WEFT_FIELD_ABSSAMPLE]);
        const weft_status status = kernel_row(&r);
        if (status != WEFT_OK) return status;
        for (uint64_t i = 0; i < r.count; ++i) values[begin + i] = number_at(&r, value, i);
    }
    return WEFT_OK;
}

weft_status program_get_values(weft_program* program, uint32_t output, const weft_points* points,
                               double* values, weft_error* error) {
    if (output >= program->output_count)
        return fail(error, WEFT_INVALID, "there is no such output", NULL, nowhere);
    if (program->outputs[output].kind == WEFT_OUTPUT_CACHE) {
        read_cache(&program->outputs[output], points, values);
        return WEFT_OK;
    }
    for (uint32_t i = 0; i < program->kernel_count; ++i) {
        const kernel* k = &program->kernels[i];
        for (uint32_t s = 0; s < k->shape.store_count; ++s) {
            const weft_store* store = &k->shape.stores[s];
            if (k->shape.domain != WEFT_DOMAIN_POINTS || store->output != output) continue;
            const uint32_t value = k->shape.ir.args[store->values];
            return compute_points(program, k, value, points, values) == WEFT_OK
                       ? WEFT_OK
                       : fail(error, WEFT_INTERNAL, "what it reads of others did not come", NULL,
                              nowhere);
        }
    }
    return fail(error, WEFT_UNSUPPORTED, "the output has no values at points", NULL, nowhere);
}

weft_status program_get_handle(weft_program* program, uint32_t output, weft_handle* handle,
                               weft_error* error) {
    if (output >= program->output_count)
        return fail(error, WEFT_INVALID, "there is no such output", NULL, nowhere);
    const output_state* from = &program->outputs[output];
    if (from->kind != WEFT_OUTPUT_CACHE)
        return fail(error, WEFT_UNSUPPORTED, "only caches have memory", NULL, nowhere);
    if (handle->kind != WEFT_HANDLE_NONE && handle->kind != WEFT_HANDLE_HOST)
        return fail(error, WEFT_UNSUPPORTED, "caches live in host memory here", NULL, nowhere);
    cache_describe(&from->cache, &from->grid, handle);
    return WEFT_OK;
}

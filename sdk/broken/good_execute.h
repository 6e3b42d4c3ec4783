/* The second half of a program's life: frames, and values at points. Part of good.h. */
#ifndef WEFT_BROKEN_GOOD_EXECUTE_H
#define WEFT_BROKEN_GOOD_EXECUTE_H

/* --- Reading ---------------------------------------------------------------------------------- */

static double read_grid(const weft_grid* grid, const weft_view* view, uint32_t channel,
                        const point* at, const double* coords) {
    int64_t now = 0;
    for (uint32_t a = 0; a < grid->axis_count; ++a)
        if (grid->axes[a].wrap == WEFT_WRAP_RING) now = at->now[grid->axes[a].tick];
    return weft_grid_read(grid, view->data, now, channel, coords);
}

/* A getter is asked at the point itself, moved to the operands. */
static double read_getter(const weft_binding* from, const point* at, const double* coords,
                          uint32_t count) {
    const double* lists[WEFT_FIELD_COUNT] = {NULL};
    double moved[WEFT_FIELD_COUNT];
    double own = 0;
    double value = 0;
    weft_points asked;
    memcpy(moved, at->fields, sizeof moved);
    moved[WEFT_FIELD_ABSFRAME] = (double)at->now[WEFT_TICK_FRAME];
    moved[WEFT_FIELD_ABSSAMPLE] = (double)at->now[WEFT_TICK_SAMPLE];
    for (uint32_t a = 0; a < count && a < from->handle.grid.axis_count; ++a) {
        const uint32_t field = from->handle.grid.axes[a].field;
        if (field < WEFT_FIELD_COUNT) {
            moved[field] = coords[a];
        } else {
            own = coords[a];
        }
    }
    memset(&asked, 0, sizeof asked);
    asked.struct_size = sizeof asked;
    asked.count = 1;
    asked.fields = lists;
    asked.constants = moved;
    asked.own = &own;
    asked.params = at->params;
    if (from->get_values(from->getter, &asked, &value, NULL) != WEFT_OK) return NAN;
    return value;
}

UNUSED static double good_sample(void* user, uint32_t input, const double* coords, uint32_t count) {
    const point* at = user;
    const weft_input* from = &at->program->inputs[input];
    const weft_binding* binding = &at->program->bindings[input];
    if (from->internal_output != WEFT_NOT_INTERNAL) {
        const output* o = &at->program->outputs[from->internal_output];
        return o->as.kind == WEFT_OUTPUT_CACHE
                   ? read_grid(&o->as.grid, &o->view, from->channel, at, coords)
                   : o->number;
    }
    return binding->kind == WEFT_HANDLE_HOST
               ? read_grid(&binding->handle.grid, binding->handle.view, from->channel, at, coords)
               : read_getter(binding, at, coords, count);
}

/* --- One point -------------------------------------------------------------------------------- */

static void store(weft_program* program, const kernel* k, const weft_frame* frame, const point* at,
                  uint64_t x, uint64_t y, uint64_t n) {
    for (uint32_t s = 0; s < k->shape.store_count; ++s) {
        const weft_store* to = &k->stores[s];
        output* o = &program->outputs[to->output];
        uint64_t index[WEFT_MAX_AXES] = {0};
        void* data = NULL;
        if (o->as.kind == WEFT_OUTPUT_CACHE && frame->capture) data = o->memory.data;
        if (o->as.kind == WEFT_OUTPUT_TARGET && !frame->skip_targets)
            data = frame->targets[o->as.target].data;
        if (!data) continue;
        for (uint32_t a = 0; a < o->as.grid.axis_count; ++a) {
            const weft_axis* axis = &o->as.grid.axes[a];
            index[a] = axis->wrap == WEFT_WRAP_RING  ? weft_grid_slot(axis, at->now[axis->tick])
                       : axis->field == WEFT_FIELD_X ? x
                       : axis->field == WEFT_FIELD_Y ? y
                                                     : n;
        }
        for (uint32_t c = 0; c < to->value_count; ++c)
            weft_grid_store(&o->as.grid, data, to->channel + c, index,
                            program->scratch[k->args[to->values + c]]);
    }
}

/* The ticks that a kernel has captured are there from now on. */
static void captured(weft_program* program, const kernel* k, const weft_frame* frame,
                     const point* at) {
    for (uint32_t s = 0; frame->capture && s < k->shape.store_count; ++s) {
        output* o = &program->outputs[k->stores[s].output];
        if (o->as.kind != WEFT_OUTPUT_CACHE) continue;
        const weft_axis* ring = ring_of(&o->as.grid);
        o->view.tick = ring ? at->now[ring->tick] : 0;
        ++o->view.generation;
    }
}

static weft_eval_env environment(const weft_frame* frame, const kernel* k, point* at) {
    weft_eval_env env;
    memset(&env, 0, sizeof env);
    env.fields = at->fields;
    env.uniforms = frame && frame->uniforms ? frame->uniforms + k->shape.first_uniform : NULL;
    env.params = at->params;
    env.sample = good_sample;
    env.sample_user = at;
    env.cancel = frame ? frame->cancel : NULL;
    return env;
}

/* --- A frame ---------------------------------------------------------------------------------- */

static point begin_point(const weft_program* program, const weft_frame* frame,
                         const double* fields) {
    point at;
    at.program = program;
    at.params = frame->params;
    memcpy(at.fields, fields, sizeof at.fields);
    for (uint32_t f = 0; f < WEFT_FIELD_COUNT; ++f)
        if (weft_field_is_setting(f)) at.fields[f] = program->settings[f];
    at.now[WEFT_TICK_FRAME] = weft_frame_tick(frame);
    at.now[WEFT_TICK_SAMPLE] = frame->first_sample;
    return at;
}

static weft_status run_raster(weft_program* program, const kernel* k, const weft_frame* frame) {
    point at = begin_point(program, frame, frame->fields);
    const weft_eval_env env = environment(frame, k, &at);
    for (uint64_t y = 0; y < k->shape.height; ++y) {
        if (frame->cancel && *frame->cancel) return WEFT_CANCELLED;
        at.fields[WEFT_FIELD_Y] = ((double)y + 0.5) / (double)k->shape.height;
        for (uint64_t x = 0; x < k->shape.width; ++x) {
            at.fields[WEFT_FIELD_X] = ((double)x + 0.5) / (double)k->shape.width;
            const weft_status status = weft_eval_ir(&k->shape.ir, &env, program->scratch);
            if (status != WEFT_OK) return status;
            store(program, k, frame, &at, x, y, 0);
        }
    }
    captured(program, k, frame, &at);
    return WEFT_OK;
}

static weft_status run_stream(weft_program* program, const kernel* k, const weft_frame* frame) {
    point at = begin_point(program, frame, program->settings);
    weft_eval_env env = environment(frame, k, &at);
    at.fields[WEFT_FIELD_X] = at.fields[WEFT_FIELD_Y] = 0.5;
    for (uint64_t n = 0; n < frame->sample_count; ++n) {
        at.now[WEFT_TICK_SAMPLE] = frame->first_sample + (int64_t)n;
        weft_clock_at_sample(program->settings, at.now[WEFT_TICK_SAMPLE], at.fields);
        env.row_time = at.fields[WEFT_FIELD_ABSTIME];
        const weft_status status = weft_eval_ir(&k->shape.ir, &env, program->scratch);
        if (status != WEFT_OK) return status;
        store(program, k, frame, &at, 0, 0, n);
        captured(program, k, frame, &at);
    }
    return WEFT_OK;
}

/* Kernels that store to caches run when these advance, the others when their targets are wanted. */
static int is_due(const weft_program* program, const kernel* k, const weft_frame* frame) {
    for (uint32_t s = 0; s < k->shape.store_count; ++s) {
        const uint32_t kind = program->outputs[k->stores[s].output].as.kind;
        if (kind == WEFT_OUTPUT_CACHE && frame->capture) return 1;
        if (kind == WEFT_OUTPUT_TARGET && !frame->skip_targets) return 1;
    }
    return 0;
}

UNUSED static weft_status good_execute(weft_program* program, const weft_frame* frame,
                                       weft_error* error) {
    for (uint32_t i = 0; i < program->kernel_count; ++i) {
        const kernel* k = &program->kernels[i];
        weft_status status = WEFT_OK;
        if (!is_due(program, k, frame)) continue;
        if (k->shape.domain == WEFT_DOMAIN_RASTER) status = run_raster(program, k, frame);
        if (k->shape.domain == WEFT_DOMAIN_STREAM) status = run_stream(program, k, frame);
        if (status == WEFT_CANCELLED) return fail(error, status, "cancelled");
        if (status != WEFT_OK) return fail(error, status, "a loop did not end");
    }
    ++program->frames;
    return WEFT_OK;
}

/* --- Values at points ------------------------------------------------------------------------- */

/* The kernel of points that stores to an output, and its value's number; NULL: there is none. */
static const kernel* kernel_of(const weft_program* program, uint32_t number, uint32_t* value) {
    for (uint32_t i = 0; i < program->kernel_count; ++i) {
        const kernel* k = &program->kernels[i];
        for (uint32_t s = 0; s < k->shape.store_count; ++s) {
            if (k->stores[s].output != number || k->shape.domain != WEFT_DOMAIN_POINTS) continue;
            *value = k->args[k->stores[s].values];
            return k;
        }
    }
    return NULL;
}

static int64_t tick_of(double number) {
    return fabs(number) < 9e15 ? (int64_t)floor(number) : 0;
}

UNUSED static weft_status good_get_values(weft_program* program, uint32_t number,
                                          const weft_points* points, double* values,
                                          weft_error* error) {
    if (number >= program->output_count)
        return fail(error, WEFT_INVALID, "there is no such output");
    const output* o = &program->outputs[number];
    uint32_t value = 0;
    const kernel* k = kernel_of(program, number, &value);
    if (!k && o->as.kind != WEFT_OUTPUT_CACHE && o->as.kind != WEFT_OUTPUT_SOURCE)
        return fail(error, WEFT_UNSUPPORTED, "values at points cannot be read");
    point at;
    at.program = program;
    at.params = points->params;
    for (uint64_t n = 0; n < points->count; ++n) {
        double coords[WEFT_MAX_AXES] = {0};
        const double own = points->own ? points->own[n] : 0.0;
        for (uint32_t f = 0; f < WEFT_FIELD_COUNT; ++f)
            at.fields[f] =
                points->fields && points->fields[f] ? points->fields[f][n] : points->constants[f];
        at.now[WEFT_TICK_FRAME] = tick_of(at.fields[WEFT_FIELD_ABSFRAME]);
        at.now[WEFT_TICK_SAMPLE] = tick_of(at.fields[WEFT_FIELD_ABSSAMPLE]);
        if (o->as.kind == WEFT_OUTPUT_SOURCE) {
            values[n] = o->number;
        } else if (o->as.kind == WEFT_OUTPUT_CACHE) {
            for (uint32_t a = 0; a < o->as.grid.axis_count; ++a) {
                const uint32_t field = o->as.grid.axes[a].field;
                coords[a] = field < WEFT_FIELD_COUNT ? at.fields[field] : own;
            }
            values[n] = read_grid(&o->as.grid, &o->view, 0, &at, coords);
        } else {
            weft_eval_env env = environment(NULL, k, &at);
            env.own = own;
            env.row_time = at.fields[WEFT_FIELD_ABSTIME];
            const weft_status status = weft_eval_ir(&k->shape.ir, &env, program->scratch);
            if (status != WEFT_OK) return fail(error, status, "a loop did not end");
            values[n] = program->scratch[value];
        }
    }
    return WEFT_OK;
}

#endif

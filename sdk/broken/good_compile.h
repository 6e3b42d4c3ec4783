/* The first half of a program's life: whatever it needs is copied, allocated, looked up and exposed
 * before its first frame. Part of good.h. */
#ifndef WEFT_BROKEN_GOOD_COMPILE_H
#define WEFT_BROKEN_GOOD_COMPILE_H

/* --- Release, which compile needs when it fails ----------------------------------------------- */

UNUSED static void good_release(weft_program* program) {
    if (!program) return;
    const weft_host* host = program->backend->host;
    for (uint32_t k = 0; program->kernels && k < program->kernel_count; ++k) {
        free(program->kernels[k].values);
        free(program->kernels[k].args);
        free(program->kernels[k].loops);
        free(program->kernels[k].stores);
    }
    for (uint32_t o = 0; program->outputs && o < program->output_count; ++o)
        if (program->outputs[o].memory.data)
            host->memory_free(host->context, &program->outputs[o].memory);
    free(program->kernels);
    free(program->outputs);
    free(program->inputs);
    free(program->bindings);
    free(program->scratch);
    free(program);
}

static void* copy(const void* from, size_t count, size_t size) {
    void* to = calloc(count + 1, size);
    if (to && count) memcpy(to, from, count * size);
    return to;
}

/* What a batch may have in it; a broken one knows less. */
#ifndef BINDING_SIZE
#define BINDING_SIZE sizeof(weft_binding)
#endif
#ifndef LOOKUP
#define LOOKUP(host, id, binding, error) (host)->lookup((host)->context, id, binding, error)
#endif
#ifndef KNOWS_DOMAIN
#define KNOWS_DOMAIN(domain) ((domain) <= WEFT_DOMAIN_POINTS)
#endif
#ifndef KNOWS_OPERATOR
#define KNOWS_OPERATOR(op) (weft_op_info_of(op) != NULL)
#endif
#ifndef KNOWS_OUTPUT
#define KNOWS_OUTPUT(kind) ((kind) <= WEFT_OUTPUT_VALUES)
#endif
#ifndef KNOWS_FORMAT
#define KNOWS_FORMAT(format) ((format) <= WEFT_FORMAT_RGBA16)
#endif

/* --- What we refuse --------------------------------------------------------------------------- */

UNUSED static weft_status good_check(const weft_batch* batch, weft_error* error) {
    for (uint32_t k = 0; k < batch->kernel_count; ++k) {
        const weft_ir* ir = &batch->kernels[k].ir;
        if (!KNOWS_DOMAIN(batch->kernels[k].domain))
            return fail(error, WEFT_UNSUPPORTED, "a kernel is of an unknown domain");
        for (uint32_t i = 0; i < ir->value_count; ++i)
            if (!KNOWS_OPERATOR(ir->values[i].op))
                return fail(error, WEFT_UNSUPPORTED, "an operator is unknown");
    }
    for (uint32_t o = 0; o < batch->output_count; ++o) {
        const weft_output* wanted = &batch->outputs[o];
        if (!KNOWS_OUTPUT(wanted->kind))
            return fail_at(error, WEFT_UNSUPPORTED, "an output is of an unknown kind", wanted->node,
                           (weft_span){WEFT_NO_FILE, 0, 0});
        if (!KNOWS_FORMAT(wanted->grid.format))
            return fail_at(error, WEFT_UNSUPPORTED, "an output is in an unknown format",
                           wanted->node, (weft_span){WEFT_NO_FILE, 0, 0});
        if (wanted->kinds != 0 && (wanted->kinds & 1u << WEFT_HANDLE_HOST) == 0)
            return fail_at(error, WEFT_UNSUPPORTED, "caches are in host memory only", wanted->node,
                           (weft_span){WEFT_NO_FILE, 0, 0});
    }
    if (batch->struct_size >= offsetof(weft_batch, homes) + sizeof batch->homes && batch->homes)
        for (uint32_t o = 0; o < batch->output_count; ++o)
            if (batch->homes[o])
                return fail(error, WEFT_UNSUPPORTED, "caches do not live in lent memory");
    return WEFT_OK;
}

/* --- Outputs, inputs, sources, kernels -------------------------------------------------------- */

static weft_axis* ring_of(weft_grid* grid) {
    for (uint32_t a = 0; a < grid->axis_count; ++a)
        if (grid->axes[a].wrap == WEFT_WRAP_RING) return &grid->axes[a];
    return NULL;
}

/* Doubles, the first axis innermost, and in a ring of samples room for what one frame brings. */
static uint64_t lay_out(weft_grid* grid, const double* settings) {
    uint64_t bytes = sizeof(double);
    grid->format = WEFT_FORMAT_F64;
    for (uint32_t a = 0; a < grid->axis_count; ++a) {
        weft_axis* axis = &grid->axes[a];
        uint64_t points = axis->count;
        axis->stride = (int64_t)bytes;
        if (axis->wrap == WEFT_WRAP_RING) {
            if (axis->tick == WEFT_TICK_SAMPLE)
                points += (uint64_t)(settings[WEFT_FIELD_RATE] / settings[WEFT_FIELD_FPS]) + 2;
            if (points < axis->capacity) points = axis->capacity;
            axis->capacity = points;
        }
        bytes *= points;
    }
    grid->channel_stride = (int64_t)bytes;
    return bytes * (grid->channels ? grid->channels : 1);
}

static weft_handle handle_of(const output* o) {
    weft_handle handle;
    memset(&handle, 0, sizeof handle);
    handle.struct_size = sizeof handle;
    handle.kind = WEFT_HANDLE_HOST;
    handle.grid = o->as.grid;
    handle.view = &o->view;
    handle.memory_fd = o->memory.fd;
    handle.memory_size = o->memory.size;
    return handle;
}

UNUSED static weft_status good_outputs(weft_program* program, const weft_batch* batch,
                                       weft_error* error) {
    const weft_host* host = program->backend->host;
    for (uint32_t i = 0; i < batch->output_count; ++i) {
        output* o = &program->outputs[i];
        o->as = batch->outputs[i];
        if (o->as.kind != WEFT_OUTPUT_CACHE) continue;
        weft_status status =
            host->memory_alloc(host->context, lay_out(&o->as.grid, program->settings),
                               WEFT_MEMORY_SHARED | WEFT_MEMORY_ZEROED, &o->memory, error);
        if (status != WEFT_OK) return status;
        o->view.data = o->memory.data;
        o->view.tick = -1;
        if (!o->as.shared) continue;
        const weft_handle handle = handle_of(o);
        status = host->expose(host->context, o->as.id, &handle, error);
        if (status != WEFT_OK) return status;
    }
    return WEFT_OK;
}

UNUSED static weft_status good_inputs(weft_program* program, const weft_batch* batch,
                                      weft_error* error) {
    const weft_host* host = program->backend->host;
    for (uint32_t i = 0; i < batch->input_count; ++i) {
        weft_binding* binding = &program->bindings[i];
        binding->struct_size = BINDING_SIZE;
        if (batch->inputs[i].internal_output != WEFT_NOT_INTERNAL) continue;
        const weft_status status = LOOKUP(host, batch->inputs[i].id, binding, error);
        if (status != WEFT_OK) return status;
        if (binding->kind != WEFT_HANDLE_HOST && binding->kind != WEFT_HANDLE_NONE)
            return fail(error, WEFT_UNSUPPORTED, "inputs are read in host memory only");
    }
    return WEFT_OK;
}

UNUSED static weft_status good_sources(weft_program* program, const weft_batch* batch,
                                       weft_error* error) {
    for (uint32_t i = 0; i < batch->source_count; ++i) {
        const weft_source* s = &batch->sources[i];
        char path[4096];
        FILE* file = NULL;
        if (s->builtin.size != 4 || memcmp(s->builtin.data, "load", 4) != 0)
            return fail_at(error, WEFT_UNSUPPORTED, "there is no such builtin", s->node, s->span);
        if (s->arg_count != 0 && s->args[0].kind == WEFT_ARG_TEXT &&
            s->args[0].text.size < sizeof path) {
            memcpy(path, s->args[0].text.data, s->args[0].text.size);
            path[s->args[0].text.size] = '\0';
            file = fopen(path, "rb");
        }
        if (!file) return fail_at(error, WEFT_UNAVAILABLE, "cannot read it", s->node, s->span);
        fseek(file, 0, SEEK_END);
        for (uint32_t o = 0; o < s->output_count; ++o)
            program->outputs[s->first_output + o].number = (double)ftell(file);
        fclose(file);
    }
    return WEFT_OK;
}

static int copy_kernel(kernel* k, const weft_kernel* from) {
    k->shape = *from;
    k->values = copy(from->ir.values, from->ir.value_count, sizeof *k->values);
    k->args = copy(from->ir.args, from->ir.arg_count, sizeof *k->args);
    k->loops = copy(from->ir.loops, from->ir.loop_count, sizeof *k->loops);
    k->stores = copy(from->stores, from->store_count, sizeof *k->stores);
    k->shape.ir.values = k->values;
    k->shape.ir.args = k->args;
    k->shape.ir.loops = k->loops;
    k->shape.ir.affines = NULL;
    k->shape.ir.affine_count = 0;
    k->shape.stores = k->stores;
    return k->values && k->args && k->loops && k->stores;
}

UNUSED static weft_status good_kernels(weft_program* program, const weft_batch* batch,
                                       weft_error* error) {
    uint64_t scratch = 1;
    for (uint32_t k = 0; k < batch->kernel_count; ++k) {
        if (!copy_kernel(&program->kernels[k], &batch->kernels[k]))
            return fail(error, WEFT_INTERNAL, "out of memory");
        const uint64_t needed = weft_eval_scratch(&program->kernels[k].shape.ir);
        if (needed > scratch) scratch = needed;
    }
    program->scratch = calloc(scratch, sizeof(double));
    return program->scratch ? WEFT_OK : fail(error, WEFT_INTERNAL, "out of memory");
}

UNUSED static weft_status good_compile(weft_backend* backend, const weft_batch* batch,
                                       weft_program** program, weft_error* error) {
    *program = NULL;
    weft_status status = good_check(batch, error);
    if (status != WEFT_OK) return status;
    weft_program* p = calloc(1, sizeof *p);
    if (!p) return fail(error, WEFT_INTERNAL, "out of memory");
    p->backend = backend;
    p->kernel_count = batch->kernel_count;
    p->output_count = batch->output_count;
    p->input_count = batch->input_count;
    p->kernels = calloc(batch->kernel_count + 1u, sizeof *p->kernels);
    p->outputs = calloc(batch->output_count + 1u, sizeof *p->outputs);
    p->inputs = copy(batch->inputs, batch->input_count, sizeof *p->inputs);
    p->bindings = calloc(batch->input_count + 1u, sizeof *p->bindings);
    memcpy(p->settings, batch->settings, sizeof p->settings);
    if (!p->kernels || !p->outputs || !p->inputs || !p->bindings)
        status = fail(error, WEFT_INTERNAL, "out of memory");
    if (status == WEFT_OK) status = good_outputs(p, batch, error);
    if (status == WEFT_OK) status = good_inputs(p, batch, error);
    if (status == WEFT_OK) status = good_sources(p, batch, error);
    if (status == WEFT_OK) status = good_kernels(p, batch, error);
    if (status != WEFT_OK) {
        good_release(p);
        return status;
    }
    ++backend->programs;
    *program = p;
    return WEFT_OK;
}

UNUSED static weft_status good_get_handle(weft_program* program, uint32_t number,
                                          weft_handle* handle, weft_error* error) {
    if (number >= program->output_count)
        return fail(error, WEFT_INVALID, "there is no such output");
    const output* o = &program->outputs[number];
    if (o->as.kind != WEFT_OUTPUT_CACHE)
        return fail(error, WEFT_UNSUPPORTED, "only caches have memory");
    if (handle->kind != WEFT_HANDLE_NONE && handle->kind != WEFT_HANDLE_HOST)
        return fail(error, WEFT_UNSUPPORTED, "caches are in host memory only");
    *handle = handle_of(o);
    return WEFT_OK;
}

#endif

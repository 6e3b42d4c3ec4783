/* A back end as somebody wrote it who had the first SDK: built against the headers beside this file
 * and nothing newer, opened by every later host. It interprets kernels, draws pictures in rows,
 * keeps caches in the host's memory, exposes them, and reads others through what lookup answers. */
#include <weft/plugin.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin_grid.h"

#define STR(literal) \
    { literal, sizeof(literal) - 1 }
#define MOST_VALUES 512 /* of a kernel: they stand on the stack of whoever computes a row */

struct weft_backend {
    const weft_host* host;
};

typedef struct output {
    weft_output wish;
    weft_memory memory; /* CACHE */
    weft_view view;
    weft_handle handle;
} output;

typedef struct input {
    weft_input wish;
    weft_binding binding; /* not INTERNAL */
} input;

typedef struct kernel {
    weft_kernel shape;
    weft_ir_value* values;
    uint32_t* args;
    weft_store* stores;
} kernel;

struct weft_program {
    weft_backend* backend;
    kernel* kernels;
    input* inputs;
    output* outputs;
    uint32_t kernel_count, input_count, output_count;
};

static weft_status fail(weft_error* error, weft_status code, const char* text) {
    if (error) {
        error->code = code;
        snprintf(error->message, sizeof error->message, "%s", text);
        error->node[0] = '\0';
        error->span.file = WEFT_NO_FILE;
    }
    return code;
}

/* --- What it is ------------------------------------------------------------------------------- */

static const weft_backend_info* describe(void) {
    static const weft_backend_info info = {sizeof(weft_backend_info),
                                           WEFT_BACKEND_DETERMINISTIC,
                                           STR("archived"),
                                           STR("1.0"),
                                           STR("an interpreter of the first days"),
                                           1u << WEFT_CONTEXT_VISUAL | 1u << WEFT_CONTEXT_COMPUTE,
                                           0,
                                           NULL,
                                           0,
                                           0,
                                           NULL};
    return &info;
}

static weft_status probe(weft_probe* result, weft_error* error) {
    (void)error;
    result->available = 1;
    result->score = 1;
    strcpy(result->device, "this processor, slowly");
    return WEFT_OK;
}

static weft_status create(const weft_host* host, weft_backend** backend, weft_error* error) {
    static const weft_str text = STR("built against the first SDK");
    *backend = malloc(sizeof **backend);
    if (!*backend) return fail(error, WEFT_INTERNAL, "out of memory");
    (*backend)->host = host;
    host->log(host->context, WEFT_LOG_DEBUG, text);
    return WEFT_OK;
}

static void cleanup(weft_backend* backend) {
    free(backend);
}

/* --- Compiling -------------------------------------------------------------------------------- */

static void release(weft_program* p) {
    uint32_t i;
    if (!p) return;
    for (i = 0; i < p->kernel_count; ++i) {
        free(p->kernels[i].values);
        free(p->kernels[i].args);
        free(p->kernels[i].stores);
    }
    for (i = 0; i < p->output_count; ++i)
        p->backend->host->memory_free(p->backend->host->context, &p->outputs[i].memory);
    free(p->kernels);
    free(p->inputs);
    free(p->outputs);
    free(p);
}

static const char* why_not(const weft_kernel* k) {
    uint32_t i;
    if (k->domain > WEFT_DOMAIN_POINTS) return "a domain of the future";
    if (k->domain == WEFT_DOMAIN_STREAM) return "sound is not computed here";
    if (k->ir.value_count > MOST_VALUES) return "the kernel is too long";
    for (i = 0; i < k->ir.value_count; ++i) {
        const uint16_t op = k->ir.values[i].op;
        if (op == WEFT_OP_HASH || op == WEFT_OP_NOISE) return "no random numbers here";
        if (op >= WEFT_OP_LOOP && op <= WEFT_OP_LOOP_RESULT) return "no loops here";
        if (op >= WEFT_OP_LIMIT) return "an operator of the future";
    }
    return NULL;
}

/* Memory for a cache, planes of rows, one set after the other for each tick it can hold. */
static weft_status place(weft_backend* backend, output* o, weft_error* error) {
    weft_grid* grid = &o->wish.grid;
    uint64_t size = grid->format == WEFT_FORMAT_F64 ? 8 : 4;
    uint32_t a;
    weft_status status;
    if (grid->format > WEFT_FORMAT_F64)
        return fail(error, WEFT_UNSUPPORTED, "caches hold numbers here, no pixels");
    for (a = 0; a < grid->axis_count; ++a) {
        weft_axis* axis = &grid->axes[a];
        if (axis->wrap == WEFT_WRAP_RING && axis->capacity < axis->count)
            axis->capacity = axis->count;
        axis->stride = (int64_t)size;
        size *= axis->wrap == WEFT_WRAP_RING ? axis->capacity : axis->count;
    }
    grid->channel_stride = (int64_t)size;
    size *= grid->channels;
    status = backend->host->memory_alloc(
        backend->host->context, size,
        WEFT_MEMORY_ZEROED | (o->wish.shared ? WEFT_MEMORY_SHARED : 0), &o->memory, error);
    if (status != WEFT_OK) return status;
    o->view.data = o->memory.data;
    o->view.tick = -1;
    o->handle.struct_size = sizeof o->handle;
    o->handle.kind = WEFT_HANDLE_HOST;
    o->handle.grid = *grid;
    o->handle.view = &o->view;
    o->handle.memory_fd = o->memory.fd;
    o->handle.memory_size = size;
    if (!o->wish.shared) return WEFT_OK;
    return backend->host->expose(backend->host->context, o->wish.id, &o->handle, error);
}

static void* copy(const void* from, size_t count, size_t size) {
    void* to = malloc(count * size + 1);
    if (to && count) memcpy(to, from, count * size);
    return to;
}

static weft_status copy_kernels(weft_program* p, const weft_batch* batch, weft_error* error) {
    uint32_t i;
    for (i = 0; i < batch->kernel_count; ++i) {
        const weft_kernel* from = &batch->kernels[i];
        kernel* k = &p->kernels[p->kernel_count++];
        const char* reason = why_not(from);
        if (reason) return fail(error, WEFT_UNSUPPORTED, reason);
        k->shape = *from;
        k->values = copy(from->ir.values, from->ir.value_count, sizeof *k->values);
        k->args = copy(from->ir.args, from->ir.arg_count, sizeof *k->args);
        k->stores = copy(from->stores, from->store_count, sizeof *k->stores);
        if (!k->values || !k->args || !k->stores)
            return fail(error, WEFT_INTERNAL, "out of memory");
    }
    return WEFT_OK;
}

static weft_status compile(weft_backend* backend, const weft_batch* batch, weft_program** program,
                           weft_error* error) {
    const weft_host* host = backend->host;
    weft_program* p = calloc(1, sizeof *p);
    weft_status status = WEFT_OK;
    uint32_t i;
    *program = NULL;
    if (batch->source_count || !p) {
        free(p);
        return fail(error, WEFT_UNSUPPORTED, "no sources here");
    }
    p->backend = backend;
    p->kernels = calloc(batch->kernel_count + 1u, sizeof *p->kernels);
    p->inputs = calloc(batch->input_count + 1u, sizeof *p->inputs);
    p->outputs = calloc(batch->output_count + 1u, sizeof *p->outputs);
    if (!p->kernels || !p->inputs || !p->outputs)
        status = fail(error, WEFT_INTERNAL, "out of memory");
    for (i = 0; status == WEFT_OK && i < batch->output_count; ++i) {
        output* o = &p->outputs[p->output_count++];
        o->wish = batch->outputs[i];
        if (o->wish.kind > WEFT_OUTPUT_VALUES || o->wish.grid.format > WEFT_FORMAT_RGBA16)
            status = fail(error, WEFT_UNSUPPORTED, "an output of the future");
        else if (o->wish.kind == WEFT_OUTPUT_CACHE)
            status = place(backend, o, error);
    }
    for (i = 0; status == WEFT_OK && i < batch->input_count; ++i) {
        input* in = &p->inputs[p->input_count++];
        in->wish = batch->inputs[i];
        in->binding.struct_size = sizeof in->binding;
        if (in->wish.internal_output == WEFT_NOT_INTERNAL)
            status = host->lookup(host->context, in->wish.id, &in->binding, error);
        if (status == WEFT_OK && in->binding.kind > WEFT_HANDLE_HOST)
            status = fail(error, WEFT_UNSUPPORTED, "memory that is out of reach");
    }
    if (status == WEFT_OK) status = copy_kernels(p, batch, error);
    if (status != WEFT_OK) {
        release(p);
        return status;
    }
    *program = p;
    return WEFT_OK;
}

/* --- Values ----------------------------------------------------------------------------------- */

/* What a kernel sees at a point. */
typedef struct moment {
    const double* fields;
    const double* params;
    const double* uniforms;
    double own;
    int64_t sample; /* at which rings of samples are read */
} moment;

static double read_grid(const weft_grid* grid, const weft_view* view, uint32_t channel,
                        const double* coords, const moment* at) {
    return grid_read(grid, view->data, channel, coords, (int64_t)at->fields[WEFT_FIELD_ABSFRAME],
                     at->sample);
}

static double read_getter(const weft_binding* binding, const double* coords, const moment* at) {
    static const double* const no_lists[WEFT_FIELD_COUNT] = {0};
    double constants[WEFT_FIELD_COUNT], own = 0, value = 0;
    weft_points points = {sizeof(weft_points), 0, 1, NULL, NULL, NULL, NULL};
    uint32_t a;
    memcpy(constants, at->fields, sizeof constants);
    for (a = 0; a < binding->handle.grid.axis_count; ++a) {
        const uint32_t field = binding->handle.grid.axes[a].field;
        if (field == WEFT_FIELD_OWN) own = coords[a];
        if (field < WEFT_FIELD_COUNT) constants[field] = coords[a];
    }
    points.fields = no_lists;
    points.constants = constants;
    points.own = &own;
    points.params = at->params;
    return binding->get_values(binding->getter, &points, &value, NULL) == WEFT_OK ? value : NAN;
}

static double sample(const weft_program* p, const input* in, const double* coords,
                     const moment* at) {
    if (in->wish.internal_output != WEFT_NOT_INTERNAL) {
        const output* o = &p->outputs[in->wish.internal_output];
        return read_grid(&o->wish.grid, &o->view, in->wish.channel, coords, at);
    }
    if (in->binding.kind == WEFT_HANDLE_HOST)
        return read_grid(&in->binding.handle.grid, in->binding.handle.view, in->wish.channel,
                         coords, at);
    return read_getter(&in->binding, coords, at);
}

#define weft_eval_mod(a, b) ((a) - (b)*floor((a) / (b)))
#define weft_eval_sign(a) ((a) > 0 ? 1.0 : (a) < 0 ? -1.0 : (a))
#define weft_eval_hash(a, b, c) NAN /* refused by why_not */
#define weft_eval_noise(a, b, c) NAN

static double apply(uint16_t op, double a, double b, double c) {
    (void)b;
    (void)c;
    switch (op) {
/* clang-format off */
#define WEFT_OP(number, NAME, name, arity, meaning, cpu, ulp, cost, doc) case number: return meaning;
#include <weft/ops.def>
        /* clang-format on */
        default: return NAN;
    }
}

static void evaluate(const weft_program* p, const kernel* k, const moment* at, double* v) {
    uint32_t i, j;
    for (i = 0; i < k->shape.ir.value_count; ++i) {
        const weft_ir_value* value = &k->values[i];
        double args[4] = {0, 0, 0, 0};
        for (j = 0; j < value->arg_count && j < 4; ++j) args[j] = v[k->args[value->args + j]];
        switch (value->op) {
            case WEFT_OP_CONST: v[i] = value->imm; break;
            case WEFT_OP_FIELD:
                v[i] = value->aux < WEFT_FIELD_COUNT ? at->fields[value->aux] : at->own;
                break;
            case WEFT_OP_PARAM: v[i] = at->params[value->aux]; break;
            case WEFT_OP_UNIFORM: v[i] = at->uniforms[k->shape.first_uniform + value->aux]; break;
            case WEFT_OP_SAMPLE: v[i] = sample(p, &p->inputs[value->aux], args, at); break;
            default: v[i] = apply(value->op, args[0], args[1], args[2]); break;
        }
    }
}

/* --- A frame ---------------------------------------------------------------------------------- */

typedef struct picture {
    const weft_program* program;
    const kernel* kernel;
    const weft_frame* frame;
} picture;

static double pixel(double v, double most) {
    return floor(fmin(fmax(v, 0), 1) * most + 0.5);
}

static void put(const picture* of, const weft_store* s, const double* v, uint64_t x, uint64_t y) {
    const output* o = &of->program->outputs[s->output];
    const weft_grid* grid = &o->wish.grid;
    const int64_t tick = (int64_t)of->frame->fields[WEFT_FIELD_ABSFRAME];
    char* p = o->wish.kind == WEFT_OUTPUT_CACHE ? o->memory.data
                                                : of->frame->targets[o->wish.target].data;
    const int64_t plane = grid->format >= WEFT_FORMAT_RGBA8 ? 0 : grid->channel_stride;
    uint32_t a, c;
    for (a = 0; a < grid->axis_count; ++a) {
        const weft_axis* axis = &grid->axes[a];
        const int64_t i = axis->wrap == WEFT_WRAP_RING  ? tick % (int64_t)axis->capacity
                          : axis->field == WEFT_FIELD_X ? (int64_t)x
                                                        : (int64_t)y;
        p += i * axis->stride;
    }
    p += (int64_t)s->channel * grid->channel_stride;
    for (c = 0; c < s->value_count; ++c, p += plane) {
        const double value = v[of->kernel->args[s->values + c]];
        switch (grid->format) {
            case WEFT_FORMAT_F32: *(float*)(void*)p = (float)value; break;
            case WEFT_FORMAT_F64: *(double*)(void*)p = value; break;
            case WEFT_FORMAT_RGBA8: ((uint8_t*)p)[c] = (uint8_t)pixel(value, 255); break;
            default: ((uint16_t*)(void*)p)[c] = (uint16_t)pixel(value, 65535); break;
        }
    }
}

static void row(void* user, uint64_t y) {
    const picture* of = user;
    const weft_kernel* shape = &of->kernel->shape;
    double fields[WEFT_FIELD_COUNT], v[MOST_VALUES];
    moment at = {fields, of->frame->params, of->frame->uniforms, 0, of->frame->first_sample};
    uint64_t x;
    uint32_t s;
    memcpy(fields, of->frame->fields, sizeof fields);
    fields[WEFT_FIELD_Y] = ((double)y + 0.5) / (double)shape->height;
    for (x = 0; x < shape->width; ++x) {
        fields[WEFT_FIELD_X] = ((double)x + 0.5) / (double)shape->width;
        evaluate(of->program, of->kernel, &at, v);
        for (s = 0; s < shape->store_count; ++s) put(of, &of->kernel->stores[s], v, x, y);
    }
}

static weft_status execute(weft_program* p, const weft_frame* frame, weft_error* error) {
    const weft_host* host = p->backend->host;
    uint32_t i, s;
    for (i = 0; i < p->kernel_count; ++i) {
        picture of;
        int wanted = p->kernels[i].shape.domain == WEFT_DOMAIN_RASTER, captures = 0;
        for (s = 0; s < p->kernels[i].shape.store_count; ++s)
            captures |= p->outputs[p->kernels[i].stores[s].output].wish.kind == WEFT_OUTPUT_CACHE;
        if (frame->cancel && *frame->cancel) return fail(error, WEFT_CANCELLED, "cancelled");
        if (!wanted || (captures ? !frame->capture : frame->skip_targets)) continue;
        of.program = p;
        of.kernel = &p->kernels[i];
        of.frame = frame;
        host->parallel(host->context, of.kernel->shape.height, row, &of);
    }
    for (i = 0; frame->capture && i < p->output_count; ++i) {
        p->outputs[i].view.tick = (int64_t)frame->fields[WEFT_FIELD_ABSFRAME];
        ++p->outputs[i].view.generation;
    }
    return WEFT_OK;
}

/* --- Questions -------------------------------------------------------------------------------- */

static double cached(const output* o, const moment* at) {
    double coords[WEFT_MAX_AXES] = {0, 0, 0, 0};
    uint32_t a;
    for (a = 0; a < o->wish.grid.axis_count; ++a) {
        const uint32_t field = o->wish.grid.axes[a].field;
        coords[a] = field < WEFT_FIELD_COUNT ? at->fields[field] : at->own;
    }
    return read_grid(&o->wish.grid, &o->view, 0, coords, at);
}

/* The kernel whose values answer for an output; NULL: it is a cache's memory. */
static const kernel* answering(const weft_program* p, uint32_t number, const weft_store** store) {
    uint32_t i, s;
    for (i = 0; i < p->kernel_count; ++i)
        for (s = 0; s < p->kernels[i].shape.store_count; ++s) {
            *store = &p->kernels[i].stores[s];
            if ((*store)->output == number && p->kernels[i].shape.domain == WEFT_DOMAIN_POINTS)
                return &p->kernels[i];
        }
    return NULL;
}

static weft_status get_values(weft_program* p, uint32_t number, const weft_points* points,
                              double* values, weft_error* error) {
    const weft_store* store = NULL;
    const kernel* k = answering(p, number, &store);
    uint64_t n;
    int f;
    if (number >= p->output_count) return fail(error, WEFT_INVALID, "there is no such output");
    if (!k && p->outputs[number].wish.kind != WEFT_OUTPUT_CACHE)
        return fail(error, WEFT_UNSUPPORTED, "the output has no values");
    for (n = 0; n < points->count; ++n) {
        double fields[WEFT_FIELD_COUNT], v[MOST_VALUES];
        moment at = {fields, points->params, NULL, points->own ? points->own[n] : 0, 0};
        for (f = 0; f < WEFT_FIELD_COUNT; ++f)
            fields[f] = points->fields[f] ? points->fields[f][n] : points->constants[f];
        at.sample = (int64_t)fields[WEFT_FIELD_ABSSAMPLE];
        if (k) evaluate(p, k, &at, v);
        values[n] = k ? v[k->args[store->values]] : cached(&p->outputs[number], &at);
    }
    return WEFT_OK;
}

static weft_status get_handle(weft_program* p, uint32_t number, weft_handle* handle,
                              weft_error* error) {
    if (number >= p->output_count) return fail(error, WEFT_INVALID, "there is no such output");
    if (p->outputs[number].wish.kind != WEFT_OUTPUT_CACHE)
        return fail(error, WEFT_UNSUPPORTED, "the output has no memory of its own");
    *handle = p->outputs[number].handle;
    return WEFT_OK;
}

static const weft_backend_api api = {sizeof(weft_backend_api),
                                     0,
                                     describe,
                                     probe,
                                     create,
                                     compile,
                                     get_handle,
                                     get_values,
                                     execute,
                                     NULL,
                                     release,
                                     cleanup,
                                     NULL};

static const weft_plugin plugin = {sizeof(weft_plugin), 1,   WEFT_ABI_VERSION, 0,
                                   STR("of old"),       &api};

WEFT_EXPORT const weft_plugin* weft_plugin_entry(uint32_t host_abi_version) {
    return host_abi_version >= 1 ? &plugin : NULL;
}

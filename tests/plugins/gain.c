/* A third party's back end in plain C, as an author who never saw the host would write it: pictures
 * and points from constants, coordinates, parameters, sums and products. Everything else it
 * refuses, by the operator's name. */
#include <weft/plugin.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STR(literal) \
    { literal, sizeof(literal) - 1 }

struct weft_backend {
    const weft_host* host;
};

typedef struct kernel {
    weft_kernel shape;
    weft_ir_value* values;
    uint32_t* args;
    weft_store* stores;
    double* scratch;
} kernel;

struct weft_program {
    weft_backend* backend;
    kernel* kernels;
    uint32_t kernel_count;
    weft_output* outputs;
};

static weft_status fail(weft_error* error, weft_status code, const char* text, const char* what) {
    if (error) {
        error->code = code;
        snprintf(error->message, sizeof error->message, "%s%s", text, what);
        error->node[0] = '\0';
        error->span.file = WEFT_NO_FILE;
    }
    return code;
}

static const weft_backend_info* describe(void) {
    static const weft_backend_info info = {sizeof(weft_backend_info),
                                           WEFT_BACKEND_DETERMINISTIC,
                                           STR("gain"),
                                           STR("0.3"),
                                           STR("sums and products of a third party"),
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
    result->score = 50;
    strcpy(result->device, "an abacus");
    return WEFT_OK;
}

static weft_status create(const weft_host* host, weft_backend** backend, weft_error* error) {
    static const char greeting[] = "ready";
    const weft_str text = {greeting, sizeof greeting - 1};
    *backend = malloc(sizeof **backend);
    if (!*backend) return fail(error, WEFT_INTERNAL, "out of memory", "");
    (*backend)->host = host;
    host->log(host->context, WEFT_LOG_DEBUG, text);
    return WEFT_OK;
}

static void cleanup(weft_backend* backend) {
    free(backend);
}

static void release(weft_program* program) {
    if (!program) return;
    for (uint32_t k = 0; k < program->kernel_count; ++k) {
        free(program->kernels[k].values);
        free(program->kernels[k].args);
        free(program->kernels[k].stores);
        free(program->kernels[k].scratch);
    }
    free(program->kernels);
    free(program->outputs);
    free(program);
}

static void* copy(const void* from, size_t count, size_t size) {
    void* to = malloc(count * size + 1);
    if (to && count) memcpy(to, from, count * size);
    return to;
}

static const char* operator_name(uint32_t op) {
    switch (op) {
/* clang-format off */
#define WEFT_OP(number, NAME, name, arity, meaning, cpu, ulp, cost, doc) case number: return #NAME;
#include <weft/ops.def>
        /* clang-format on */
        default: return "a structural operator";
    }
}

static weft_status check(const weft_ir* ir, weft_error* error) {
    for (uint32_t i = 0; i < ir->value_count; ++i) {
        switch (ir->values[i].op) {
            case WEFT_OP_CONST:
            case WEFT_OP_FIELD:
            case WEFT_OP_PARAM:
            case WEFT_OP_ADD:
            case WEFT_OP_MUL: break;
            default:
                return fail(error, WEFT_UNSUPPORTED, "cannot compute ",
                            operator_name(ir->values[i].op));
        }
    }
    return WEFT_OK;
}

static weft_status compile(weft_backend* backend, const weft_batch* batch, weft_program** program,
                           weft_error* error) {
    *program = NULL;
    if (batch->source_count || batch->input_count)
        return fail(error, WEFT_UNSUPPORTED, "cannot read anything", "");
    for (uint32_t k = 0; k < batch->kernel_count; ++k) {
        const weft_status status = check(&batch->kernels[k].ir, error);
        if (status != WEFT_OK) return status;
    }
    weft_program* p = calloc(1, sizeof *p);
    if (!p) return fail(error, WEFT_INTERNAL, "out of memory", "");
    p->backend = backend;
    p->outputs = copy(batch->outputs, batch->output_count, sizeof(weft_output));
    p->kernels = calloc(batch->kernel_count + 1u, sizeof(kernel));
    int complete = p->outputs && p->kernels;
    for (uint32_t i = 0; complete && i < batch->kernel_count; ++i) {
        const weft_kernel* from = &batch->kernels[i];
        kernel* k = &p->kernels[p->kernel_count++];
        k->shape = *from;
        k->values = copy(from->ir.values, from->ir.value_count, sizeof(weft_ir_value));
        k->args = copy(from->ir.args, from->ir.arg_count, sizeof(uint32_t));
        k->stores = copy(from->stores, from->store_count, sizeof(weft_store));
        k->scratch = malloc((from->ir.value_count + 1u) * sizeof(double));
        complete = k->values && k->args && k->stores && k->scratch;
    }
    if (!complete) {
        release(p);
        return fail(error, WEFT_INTERNAL, "out of memory", "");
    }
    *program = p;
    return WEFT_OK;
}

static void evaluate(const kernel* k, const double* fields, const double* params) {
    for (uint32_t i = 0; i < k->shape.ir.value_count; ++i) {
        const weft_ir_value* v = &k->values[i];
        const uint32_t* args = k->args + v->args;
        switch (v->op) {
            case WEFT_OP_CONST: k->scratch[i] = v->imm; break;
            case WEFT_OP_FIELD: k->scratch[i] = fields[v->aux]; break;
            case WEFT_OP_PARAM: k->scratch[i] = params[v->aux]; break;
            case WEFT_OP_ADD: k->scratch[i] = k->scratch[args[0]] + k->scratch[args[1]]; break;
            default: k->scratch[i] = k->scratch[args[0]] * k->scratch[args[1]]; break;
        }
    }
}

/* Planar f32 pictures only. */
static void store(const weft_program* program, const kernel* k, const weft_frame* frame, uint64_t x,
                  uint64_t y) {
    for (uint32_t s = 0; s < k->shape.store_count; ++s) {
        const weft_output* output = &program->outputs[k->stores[s].output];
        if (output->kind != WEFT_OUTPUT_TARGET || output->grid.format != WEFT_FORMAT_F32) continue;
        for (uint32_t c = 0; c < k->stores[s].value_count; ++c) {
            const float v = (float)k->scratch[k->args[k->stores[s].values + c]];
            char* at = frame->targets[output->target].data;
            at += (int64_t)(k->stores[s].channel + c) * output->grid.channel_stride;
            at +=
                (int64_t)x * output->grid.axes[0].stride + (int64_t)y * output->grid.axes[1].stride;
            memcpy(at, &v, sizeof v);
        }
    }
}

static weft_status execute(weft_program* program, const weft_frame* frame, weft_error* error) {
    double fields[WEFT_FIELD_COUNT];
    memcpy(fields, frame->fields, sizeof fields);
    for (uint32_t i = 0; i < program->kernel_count; ++i) {
        const kernel* k = &program->kernels[i];
        if (k->shape.domain != WEFT_DOMAIN_RASTER || frame->skip_targets) continue;
        for (uint64_t y = 0; y < k->shape.height; ++y) {
            if (frame->cancel && *frame->cancel)
                return fail(error, WEFT_CANCELLED, "cancelled", "");
            fields[WEFT_FIELD_Y] = ((double)y + 0.5) / (double)k->shape.height;
            for (uint64_t x = 0; x < k->shape.width; ++x) {
                fields[WEFT_FIELD_X] = ((double)x + 0.5) / (double)k->shape.width;
                evaluate(k, fields, frame->params);
                store(program, k, frame, x, y);
            }
        }
    }
    return WEFT_OK;
}

static weft_status get_values(weft_program* program, uint32_t output, const weft_points* points,
                              double* values, weft_error* error) {
    double fields[WEFT_FIELD_COUNT];
    for (uint32_t i = 0; i < program->kernel_count; ++i) {
        const kernel* k = &program->kernels[i];
        for (uint32_t s = 0; s < k->shape.store_count; ++s) {
            if (k->stores[s].output != output || k->shape.domain != WEFT_DOMAIN_POINTS) continue;
            for (uint64_t n = 0; n < points->count; ++n) {
                for (int f = 0; f < WEFT_FIELD_COUNT; ++f)
                    fields[f] = points->fields[f] ? points->fields[f][n] : points->constants[f];
                evaluate(k, fields, points->params);
                values[n] = k->scratch[k->args[k->stores[s].values]];
            }
            return WEFT_OK;
        }
    }
    return fail(error, WEFT_UNSUPPORTED, "the output has no values", "");
}

static weft_status get_handle(weft_program* program, uint32_t output, weft_handle* handle,
                              weft_error* error) {
    (void)program;
    (void)output;
    (void)handle;
    return fail(error, WEFT_UNSUPPORTED, "the output has no memory of its own", "");
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

static const weft_plugin plugin = {sizeof(weft_plugin), 1, 1, 0, STR("third-party"), &api};

WEFT_EXPORT const weft_plugin* weft_plugin_entry(uint32_t host_abi_version) {
    return host_abi_version >= 1 ? &plugin : NULL;
}

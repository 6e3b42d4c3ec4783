/* One compiled batch, interpreted: every value of a kernel at every point, in f64.
 *
 * A batch is kernels over outputs. Here a kernel is kept as it came and walked again for each
 * point, which is right and slow: a back end of your own makes code of it in program_compile, and
 * runs that in program_execute. What is refused there is refused once, with a place in the program;
 * nothing can be refused later, while a show runs. */
#include "program.h"

#include <weft/sampling.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "operators.h"

weft_status fail(weft_error* error, weft_status code, const char* text, const char* what,
                 const weft_str* node, weft_span span) {
    if (error) {
        error->code = code;
        snprintf(error->message, sizeof error->message, "%s%s", text, what);
        snprintf(error->node, sizeof error->node, "%.*s", node ? (int)node->size : 0,
                 node && node->data ? node->data : "");
        error->span = span;
    }
    return code;
}

/* A kernel with arrays of its own: the batch is the host's, and gone when compile returns. */
typedef struct kernel {
    uint32_t domain;
    uint64_t width;
    uint64_t height;
    uint32_t value_count;
    uint32_t store_count;
    uint32_t first_uniform;
    weft_ir_value* values;
    uint32_t* args;
    weft_store* stores;
    double* results; /* of each value, at the point that is being computed */
} kernel;

struct weft_program {
    uint32_t kernel_count;
    uint32_t output_count;
    kernel* kernels;
    weft_output* outputs; /* without their texts, which were the host's */
};

/* --- What is refused -------------------------------------------------------------------------- */

/* The statement of the program that output `output` is for, where the host says so. */
static weft_span span_of(const weft_batch* batch, uint32_t output) {
    const size_t told = offsetof(weft_batch, spans) + sizeof batch->spans;
    return batch->struct_size >= told && batch->spans ? batch->spans[output] : nowhere;
}

static int is_leaf(uint32_t op) {
    return op == WEFT_OP_CONST || op == WEFT_OP_FIELD || op == WEFT_OP_UNIFORM ||
           op == WEFT_OP_PARAM;
}

static weft_status check_kernel(const weft_batch* batch, const weft_kernel* k, weft_error* error) {
    const uint32_t output = k->store_count ? k->stores[0].output : 0;
    const weft_str* node = batch->output_count ? &batch->outputs[output].node : NULL;
    const weft_span span = batch->output_count ? span_of(batch, output) : nowhere;
    if (k->domain != WEFT_DOMAIN_RASTER && k->domain != WEFT_DOMAIN_POINTS)
        return fail(error, WEFT_UNSUPPORTED, "sound is not computed here", "", node, span);
    for (uint32_t i = 0; i < k->ir.value_count; ++i) {
        const uint32_t op = k->ir.values[i].op;
        if (!is_leaf(op) && !operator_is_known(op))
            return fail(error, WEFT_UNSUPPORTED, "there is no code for ", operator_word(op), node,
                        span);
    }
    return WEFT_OK;
}

static weft_status check(const weft_batch* batch, weft_error* error) {
    if (batch->source_count)
        return fail(error, WEFT_UNSUPPORTED, "no sources are opened here", "",
                    &batch->sources[0].node, batch->sources[0].span);
    for (uint32_t o = 0; o < batch->output_count; ++o) {
        const weft_output* output = &batch->outputs[o];
        if (output->kind != WEFT_OUTPUT_TARGET && output->kind != WEFT_OUTPUT_VALUES)
            return fail(error, WEFT_UNSUPPORTED, "nothing is kept here from frame to frame", "",
                        &output->node, span_of(batch, o));
        if (output->kind == WEFT_OUTPUT_TARGET && output->grid.format > WEFT_FORMAT_RGBA16)
            return fail(error, WEFT_UNSUPPORTED, "pictures of this format are not written here", "",
                        &output->node, span_of(batch, o));
    }
    for (uint32_t k = 0; k < batch->kernel_count; ++k) {
        const weft_status status = check_kernel(batch, &batch->kernels[k], error);
        if (status != WEFT_OK) return status;
    }
    return WEFT_OK;
}

/* --- Compile ---------------------------------------------------------------------------------- */

static void* copy(const void* from, size_t count, size_t size) {
    void* to = calloc(count + 1, size);
    if (to && count) memcpy(to, from, count * size);
    return to;
}

static int copy_kernel(kernel* to, const weft_kernel* from) {
    to->domain = from->domain;
    to->width = from->width;
    to->height = from->height;
    to->value_count = from->ir.value_count;
    to->store_count = from->store_count;
    to->first_uniform = from->first_uniform;
    to->values = copy(from->ir.values, from->ir.value_count, sizeof(weft_ir_value));
    to->args = copy(from->ir.args, from->ir.arg_count, sizeof(uint32_t));
    to->stores = copy(from->stores, from->store_count, sizeof(weft_store));
    to->results = calloc(from->ir.value_count + 1u, sizeof(double));
    return to->values && to->args && to->stores && to->results;
}

weft_status program_compile(weft_backend* backend, const weft_batch* batch, weft_program** program,
                            weft_error* error) {
    (void)backend;
    *program = NULL;
    const weft_status status = check(batch, error);
    if (status != WEFT_OK) return status;
    weft_program* made = calloc(1, sizeof *made);
    if (!made) return fail(error, WEFT_INTERNAL, "out of memory", "", NULL, nowhere);
    made->output_count = batch->output_count;
    made->outputs = copy(batch->outputs, batch->output_count, sizeof(weft_output));
    made->kernels = calloc(batch->kernel_count + 1u, sizeof(kernel));
    int whole = made->outputs && made->kernels;
    for (uint32_t k = 0; whole && k < batch->kernel_count; ++k) {
        made->kernel_count = k + 1;
        whole = copy_kernel(&made->kernels[k], &batch->kernels[k]);
    }
    if (!whole) {
        program_release(made);
        return fail(error, WEFT_INTERNAL, "out of memory", "", NULL, nowhere);
    }
    *program = made;
    return WEFT_OK;
}

void program_release(weft_program* program) {
    if (!program) return;
    for (uint32_t k = 0; k < program->kernel_count; ++k) {
        free(program->kernels[k].values);
        free(program->kernels[k].args);
        free(program->kernels[k].stores);
        free(program->kernels[k].results);
    }
    free(program->kernels);
    free(program->outputs);
    free(program);
}

/* --- One point -------------------------------------------------------------------------------- */

/* Every operand stands before its use, so one pass from front to back is enough. */
static void evaluate(const kernel* k, const double* fields, const double* params,
                     const double* uniforms) {
    for (uint32_t i = 0; i < k->value_count; ++i) {
        const weft_ir_value* v = &k->values[i];
        double args[3] = {0, 0, 0};
        switch (v->op) {
            case WEFT_OP_CONST: k->results[i] = v->imm; break;
            case WEFT_OP_FIELD: k->results[i] = fields[v->aux]; break;
            case WEFT_OP_UNIFORM: k->results[i] = uniforms[v->aux]; break;
            case WEFT_OP_PARAM: k->results[i] = params[v->aux]; break;
            default:
                for (uint32_t a = 0; a < v->arg_count && a < 3; ++a)
                    args[a] = k->results[k->args[v->args + a]];
                k->results[i] = operator_value(v->op, args);
        }
    }
}

/* What the kernel found at pixel x, y. A grid without axes holds one number. */
static void store(const weft_program* program, const kernel* k, const weft_frame* frame, uint64_t x,
                  uint64_t y) {
    const uint64_t index[WEFT_MAX_AXES] = {x, y};
    for (uint32_t s = 0; s < k->store_count; ++s) {
        const weft_store* store = &k->stores[s];
        const weft_output* output = &program->outputs[store->output];
        if (output->kind != WEFT_OUTPUT_TARGET || output->target >= frame->target_count) continue;
        for (uint32_t c = 0; c < store->value_count; ++c)
            weft_grid_store(&output->grid, frame->targets[output->target].data, store->channel + c,
                            index, k->results[k->args[store->values + c]]);
    }
}

/* --- A frame, and values at points ------------------------------------------------------------ */

weft_status program_execute(weft_program* program, const weft_frame* frame, weft_error* error) {
    double fields[WEFT_FIELD_COUNT];
    memcpy(fields, frame->fields, sizeof fields);
    for (uint32_t i = 0; i < program->kernel_count; ++i) {
        const kernel* k = &program->kernels[i];
        if (k->domain != WEFT_DOMAIN_RASTER || frame->skip_targets) continue;
        for (uint64_t y = 0; y < k->height; ++y) {
            if (frame->cancel && *frame->cancel)
                return fail(error, WEFT_CANCELLED, "cancelled", "", NULL, nowhere);
            fields[WEFT_FIELD_Y] = ((double)y + 0.5) / (double)k->height;
            for (uint64_t x = 0; x < k->width; ++x) {
                fields[WEFT_FIELD_X] = ((double)x + 0.5) / (double)k->width;
                evaluate(k, fields, frame->params, frame->uniforms + k->first_uniform);
                store(program, k, frame, x, y);
            }
        }
    }
    return WEFT_OK;
}

weft_status program_get_values(weft_program* program, uint32_t output, const weft_points* points,
                               double* values, weft_error* error) {
    double fields[WEFT_FIELD_COUNT];
    for (uint32_t i = 0; i < program->kernel_count; ++i) {
        const kernel* k = &program->kernels[i];
        for (uint32_t s = 0; s < k->store_count; ++s) {
            if (k->domain != WEFT_DOMAIN_POINTS || k->stores[s].output != output) continue;
            for (uint64_t n = 0; n < points->count; ++n) {
                for (uint32_t f = 0; f < WEFT_FIELD_COUNT; ++f)
                    fields[f] = points->fields && points->fields[f] ? points->fields[f][n]
                                                                    : points->constants[f];
                evaluate(k, fields, points->params, NULL);
                values[n] = k->results[k->args[k->stores[s].values]];
            }
            return WEFT_OK;
        }
    }
    return fail(error, WEFT_UNSUPPORTED, "the output has no values at points", "", NULL, nowhere);
}

/* A back end that keeps pictures in memory that others read in place answers here. */
weft_status program_get_handle(weft_program* program, uint32_t output, weft_handle* handle,
                               weft_error* error) {
    (void)program;
    (void)output;
    (void)handle;
    return fail(error, WEFT_UNSUPPORTED, "the output has no memory of its own", "", NULL, nowhere);
}

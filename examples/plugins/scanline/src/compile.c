/* From a batch to a program: what is refused, memory for everything, what is exposed and looked up.
 * Nothing of this is done again while the program runs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parts.h"

weft_status fail(weft_error* error, weft_status code, const char* text, const weft_str* node,
                 weft_span span) {
    if (error) {
        error->code = code;
        snprintf(error->message, sizeof error->message, "%s", text);
        snprintf(error->node, sizeof error->node, "%.*s", node ? (int)node->size : 0,
                 node && node->data ? node->data : "");
        error->span = span;
    }
    return code;
}

/* --- What is refused -------------------------------------------------------------------------- */

#define TOLD(batch, member) \
    ((batch)->struct_size >= offsetof(weft_batch, member) + sizeof((batch)->member))

static weft_span span_of(const weft_batch* batch, uint32_t output) {
    return TOLD(batch, spans) && batch->spans ? batch->spans[output] : nowhere;
}

/* What a newer host may know and this plugin does not is refused as well: numbers are not reused.
 * A cache lives in host memory; when the host wants it elsewhere it tries something else next. */
static weft_status check_output(const weft_batch* batch, uint32_t o, weft_error* error) {
    const weft_output* wanted = &batch->outputs[o];
    const char* why = NULL;
    if (wanted->kind != WEFT_OUTPUT_TARGET && wanted->kind != WEFT_OUTPUT_CACHE &&
        wanted->kind != WEFT_OUTPUT_VALUES)
        why = "no such outputs are made here";
    if (wanted->kind == WEFT_OUTPUT_TARGET && wanted->grid.format > WEFT_FORMAT_RGBA16)
        why = "pictures of this format are not written here";
    if (wanted->kind == WEFT_OUTPUT_CACHE) {
        if (wanted->grid.format > WEFT_FORMAT_F64) why = "caches of this format are not kept here";
        const weft_axis* ring = ring_of(&wanted->grid);
        if (ring && ring->tick == WEFT_TICK_SAMPLE) why = "no sound is kept here";
        if (wanted->kinds && !(wanted->kinds & 1u << WEFT_HANDLE_HOST))
            why = "caches live in host memory here";
        if (TOLD(batch, homes) && batch->homes && batch->homes[o])
            why = "caches live in memory of the host's pool here";
    }
    return why ? fail(error, WEFT_UNSUPPORTED, why, &wanted->node, span_of(batch, o)) : WEFT_OK;
}

static weft_status check_kernel(const weft_batch* batch, const weft_kernel* k, weft_error* error) {
    const uint32_t o = k->store_count ? k->stores[0].output : 0;
    const weft_str* node = batch->output_count ? &batch->outputs[o].node : NULL;
    const weft_span span = batch->output_count ? span_of(batch, o) : nowhere;
    if (k->domain != WEFT_DOMAIN_RASTER && k->domain != WEFT_DOMAIN_POINTS)
        return fail(error, WEFT_UNSUPPORTED, "sound is not computed here", node, span);
    for (uint32_t i = 0; i < k->ir.value_count; ++i)
        if (!kernel_can(k->ir.values[i].op))
            return fail(error, WEFT_UNSUPPORTED, "there is no code for an operator", node, span);
    return WEFT_OK;
}

static weft_status check(const weft_batch* batch, weft_error* error) {
    if (batch->source_count)
        return fail(error, WEFT_UNSUPPORTED, "no sources are opened here", &batch->sources[0].node,
                    batch->sources[0].span);
    for (uint32_t o = 0; o < batch->output_count; ++o) {
        const weft_status status = check_output(batch, o, error);
        if (status != WEFT_OK) return status;
    }
    for (uint32_t k = 0; k < batch->kernel_count; ++k) {
        const weft_status status = check_kernel(batch, &batch->kernels[k], error);
        if (status != WEFT_OK) return status;
    }
    return WEFT_OK;
}

/* --- Outputs and inputs ----------------------------------------------------------------------- */

static weft_status make_outputs(weft_program* p, const weft_batch* batch, weft_error* error) {
    for (uint32_t o = 0; o < batch->output_count; ++o) {
        const weft_output* from = &batch->outputs[o];
        output_state* to = &p->outputs[o];
        p->output_count = o + 1;
        to->kind = from->kind;
        to->target = from->target;
        to->grid = from->grid;
        if (from->kind != WEFT_OUTPUT_CACHE) continue;
        weft_status status = cache_make(&to->cache, p->host, &to->grid, error);
        if (status != WEFT_OK) return status;
        if (!from->shared) continue;
        weft_handle handle = {0};
        handle.struct_size = sizeof handle;
        cache_describe(&to->cache, &to->grid, &handle);
        status = p->host->expose(p->host->context, from->id, &handle, error);
        if (status != WEFT_OK) return status;
    }
    return WEFT_OK;
}

/* An input is a cache of this same batch, memory of another back end, or a function that answers.
 */
static weft_status find_inputs(weft_program* p, const weft_batch* batch, weft_error* error) {
    p->inputs.count = batch->input_count;
    for (uint32_t i = 0; i < batch->input_count; ++i) {
        const weft_input* from = &batch->inputs[i];
        input* to = &p->inputs.list[i];
        to->channel = from->channel;
        if (from->internal_output != WEFT_NOT_INTERNAL) {
            const output_state* own = &p->outputs[from->internal_output];
            if (own->kind != WEFT_OUTPUT_CACHE)
                return fail(error, WEFT_UNSUPPORTED, "only caches are read inside a batch",
                            &from->node, nowhere);
            to->grid = &own->grid;
            to->view = &own->cache.view;
            continue;
        }
        to->binding.struct_size = sizeof to->binding;
        const weft_status status = p->host->lookup(p->host->context, from->id, &to->binding, error);
        if (status != WEFT_OK) return status;
        if (to->binding.kind == WEFT_HANDLE_HOST) {
            to->grid = &to->binding.handle.grid;
            to->view = to->binding.handle.view;
        } else if (to->binding.kind != WEFT_HANDLE_NONE) {
            return fail(error, WEFT_UNSUPPORTED, "only host memory is read here", &from->node,
                        nowhere);
        }
    }
    return WEFT_OK;
}

static int make_kernels(weft_program* p, const weft_batch* batch) {
    uint64_t widest = 1;
    for (uint32_t k = 0; k < batch->kernel_count; ++k) {
        p->kernel_count = k + 1;
        if (!kernel_copy(&p->kernels[k], &batch->kernels[k])) return 0;
        if (p->kernels[k].room > p->room) p->room = p->kernels[k].room;
        if (p->kernels[k].width > widest) widest = p->kernels[k].width;
    }
    /* More parts than threads: whoever is done early takes another one. */
    p->tasks = 4 * (uint64_t)p->host->concurrency(p->host->context);
    p->numbers = calloc(p->tasks * p->room + 1, sizeof *p->numbers);
    p->centres = calloc(widest, sizeof *p->centres);
    p->statuses = calloc(p->tasks + 1, sizeof *p->statuses);
    return p->numbers && p->centres && p->statuses;
}

/* --- The program ------------------------------------------------------------------------------ */

weft_status program_compile(weft_backend* backend, const weft_batch* batch, weft_program** program,
                            weft_error* error) {
    *program = NULL;
    weft_status status = check(batch, error);
    if (status != WEFT_OK) return status;
    weft_program* made = calloc(1, sizeof *made);
    if (!made) return fail(error, WEFT_INTERNAL, "out of memory", NULL, nowhere);
    made->host = backend->host;
    made->kernels = calloc(batch->kernel_count + 1u, sizeof *made->kernels);
    made->outputs = calloc(batch->output_count + 1u, sizeof *made->outputs);
    made->inputs.list = calloc(batch->input_count + 1u, sizeof *made->inputs.list);
    if (!made->kernels || !made->outputs || !made->inputs.list || !make_kernels(made, batch))
        status = fail(error, WEFT_INTERNAL, "out of memory", NULL, nowhere);
    if (status == WEFT_OK) status = make_outputs(made, batch, error);
    if (status == WEFT_OK) status = find_inputs(made, batch, error);
    if (status != WEFT_OK) {
        program_release(made);
        return status;
    }
    *program = made;
    return WEFT_OK;
}

void program_release(weft_program* program) {
    if (!program) return;
    for (uint32_t k = 0; k < program->kernel_count; ++k) kernel_free(&program->kernels[k]);
    for (uint32_t o = 0; o < program->output_count; ++o)
        cache_free(&program->outputs[o].cache, program->host);
    free(program->kernels);
    free(program->outputs);
    free(program->inputs.list);
    free(program->centres);
    free(program->numbers);
    free(program->statuses);
    free(program);
}

/* A back end that keeps the contract, for the broken ones to differ from in one point each: plain
 * loops over points, everything in doubles, one thread. Each of them defines NAME, includes this,
 * replaces what it breaks (#define EXECUTE execute), and includes table.h.
 *
 * It compiles every kernel, keeps caches in the host's memory, reads handles and getters, and opens
 * the builtin "load" as a strand that is the size of its file. */
#ifndef WEFT_BROKEN_GOOD_H
#define WEFT_BROKEN_GOOD_H

#include <weft/clock.h>
#include <weft/plugin.h>
#include <weft/sampling.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "eval/eval.h"

#define STR(literal) \
    { literal, sizeof(literal) - 1 }
#define UNUSED __attribute__((unused))

/* --- What there is ---------------------------------------------------------------------------- */

struct weft_backend {
    const weft_host* host;
    uint64_t programs; /* compiled so far */
    uint64_t works;    /* submitted so far */
};

typedef struct kernel {
    weft_kernel shape; /* its pointers are to the copies below */
    weft_ir_value* values;
    uint32_t* args;
    weft_ir_loop* loops;
    weft_store* stores;
} kernel;

typedef struct output {
    weft_output as; /* its grid is as laid out */
    weft_memory memory;
    weft_view view;
    double number; /* of a source */
} output;

struct weft_program {
    weft_backend* backend;
    kernel* kernels;
    output* outputs;
    weft_input* inputs;
    weft_binding* bindings;
    uint32_t kernel_count;
    uint32_t output_count;
    uint32_t input_count;
    double settings[WEFT_FIELD_COUNT];
    double* scratch;
    uint64_t frames; /* executed so far */
};

/* The point that is computed, as SAMPLE finds it. */
typedef struct point {
    const weft_program* program;
    const double* params;
    double fields[WEFT_FIELD_COUNT];
    int64_t now[2]; /* by WEFT_TICK_* */
} point;

UNUSED static weft_status fail_at(weft_error* error, weft_status code, const char* text,
                                  weft_str node, weft_span span) {
    if (error) {
        const size_t size = node.size < sizeof error->node ? node.size : sizeof error->node - 1;
        error->code = code;
        snprintf(error->message, sizeof error->message, "%s", text);
        memset(error->node, 0, sizeof error->node);
        if (size != 0) memcpy(error->node, node.data, size);
        error->span = span;
    }
    return code;
}

UNUSED static weft_status fail(weft_error* error, weft_status code, const char* text) {
    static const weft_str nobody = {NULL, 0};
    static const weft_span nowhere = {WEFT_NO_FILE, 0, 0};
    return fail_at(error, code, text, nobody, nowhere);
}

/* As much of a frame as its host knows: to be changed, and handed on. */
UNUSED static weft_frame copy_of_frame(const weft_frame* frame) {
    weft_frame copied;
    memset(&copied, 0, sizeof copied);
    memcpy(&copied, frame, frame->struct_size < sizeof copied ? frame->struct_size : sizeof copied);
    return copied;
}

/* --- Who we are ------------------------------------------------------------------------------- */

static const weft_str good_builtins[] = {STR("load")};

UNUSED static const weft_backend_info* good_describe(void) {
    static const weft_backend_info info = {
        sizeof(weft_backend_info),
        WEFT_BACKEND_DETERMINISTIC,
        STR(NAME),
        STR("1.0"),
        STR("a plugin to try the validator on"),
        1u << WEFT_CONTEXT_VISUAL | 1u << WEFT_CONTEXT_AUDIO | 1u << WEFT_CONTEXT_COMPUTE,
        1,
        good_builtins,
        0,
        0,
        NULL};
    return &info;
}

UNUSED static weft_status good_probe(weft_probe* result, weft_error* error) {
    (void)error;
    result->available = 1;
    result->score = 1;
    strcpy(result->device, "this processor, one point after the other");
    result->reason[0] = '\0';
    return WEFT_OK;
}

UNUSED static weft_status good_create(const weft_host* host, weft_backend** backend,
                                      weft_error* error) {
    *backend = calloc(1, sizeof **backend);
    if (!*backend) return fail(error, WEFT_INTERNAL, "out of memory");
    (*backend)->host = host;
    return WEFT_OK;
}

UNUSED static void good_cleanup(weft_backend* backend) {
    free(backend);
}

UNUSED static const void* good_extension(weft_str id) {
    (void)id;
    return NULL;
}

#include "good_compile.h"
#include "good_execute.h"

#endif

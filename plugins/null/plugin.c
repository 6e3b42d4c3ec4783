/* A back end that does nothing, in plain C: copy this directory to begin one of your own.
 *
 * It loads, describes itself, says that it is not available and why, and refuses every kernel. Each
 * function below states what a real one would do in its place; <weft/backend.h> is the contract.
 *
 *   plugin.c     the exported symbol, and the table of functions
 *   null.json    the manifest: what the host may know before it opens the library
 *
 * To try it on purpose: weft eval FILE STRAND --on null. */
#include <weft/plugin.h>

#include <stdlib.h>
#include <string.h>

/* --- Small tools ------------------------------------------------------------------------------ */

#define STR(literal) \
    { literal, sizeof(literal) - 1 }

/* Every failing function ends here. The record is the caller's and may be absent; `text` is one
 * line without a full stop. */
static weft_status fail(weft_error* error, weft_status code, const char* text) {
    if (error) {
        const size_t room = sizeof error->message - 1;
        size_t size = strlen(text);
        if (size > room) size = room;
        error->code = code;
        memcpy(error->message, text, size);
        error->message[size] = '\0';
        error->node[0] = '\0';
        error->span.file = WEFT_NO_FILE;
        error->span.begin = 0;
        error->span.end = 0;
    }
    return code;
}

/* --- What we are: static data, the same pointer every time ------------------------------------ */

static const weft_backend_info info = {
    sizeof(weft_backend_info),
    WEFT_BACKEND_DETERMINISTIC,
    STR("null"), /* the name of the file and of the manifest */
    STR("0.1.0"),
    STR("does nothing: the skeleton of a back end, to copy"),
    /* The kernels we compile: pictures, sound, and numbers nobody looks at. */
    1u << WEFT_CONTEXT_VISUAL | 1u << WEFT_CONTEXT_AUDIO | 1u << WEFT_CONTEXT_COMPUTE,
    0, /* builtins such as "load" that are opened here */
    NULL,
    0, /* sinks such as "osc" that are delivered here */
    0,
    NULL,
};

static const weft_backend_info* describe(void) {
    return &info;
}

/* Look for the device or driver, close it again, and say what was found. Being unavailable is no
 * error: WEFT_OK means that the question could be answered. */
static weft_status probe(weft_probe* result, weft_error* error) {
    static const char reason[] = "it is a skeleton: no operator is implemented";
    (void)error;
    result->available = 0;
    result->score = 0; /* software 0..99, CPU code 100..199, accelerators from 200 */
    result->device[0] = '\0';
    memcpy(result->reason, reason, sizeof reason);
    return WEFT_OK;
}

/* --- One instance ----------------------------------------------------------------------------- */

struct weft_backend {
    const weft_host* host; /* memory, threads, log; lives until cleanup returns */
};

/* Open the device. Everything that can fail for the machine's sake should fail here. */
static weft_status create(const weft_host* host, weft_backend** backend, weft_error* error) {
    *backend = malloc(sizeof **backend);
    if (!*backend) return fail(error, WEFT_INTERNAL, "out of memory");
    (*backend)->host = host;
    return WEFT_OK;
}

static void cleanup(weft_backend* backend) {
    free(backend);
}

/* --- One compiled batch ----------------------------------------------------------------------- */

struct weft_program {
    weft_backend* backend;
};

/* An operator is supported when code for it can be generated. A real back end fills this from the
 * rows of ops.def: an operator added there then does not compile here until it is dealt with. */
static int supported(uint32_t op) {
    switch (op) {
/* clang-format off */
#define WEFT_OP(number, NAME, name, arity, meaning, cpu, ulp, cost, doc) \
    case WEFT_OP_##NAME: return 0;
#include <weft/ops.def>
        /* clang-format on */
        default: return 0;
    }
}

/* Take the batch apart and generate code. In this order: open the sources, allocate the caches,
 * look up the inputs (host->lookup), compile each kernel, expose the outputs (host->expose). The
 * batch's memory is the host's and is gone when this returns: copy what is needed later. */
static weft_status compile(weft_backend* backend, const weft_batch* batch, weft_program** program,
                           weft_error* error) {
    *program = NULL;
    if (batch->source_count != 0)
        return fail(error, WEFT_UNSUPPORTED, "this back end opens no sources");
    for (uint32_t k = 0; k < batch->kernel_count; ++k) {
        const weft_ir* ir = &batch->kernels[k].ir;
        for (uint32_t i = 0; i < ir->value_count; ++i)
            if (!supported(ir->values[i].op))
                return fail(error, WEFT_UNSUPPORTED, "no operator is implemented");
    }
    *program = malloc(sizeof **program);
    if (!*program) return fail(error, WEFT_INTERNAL, "out of memory");
    (*program)->backend = backend;
    return WEFT_OK;
}

static void release(weft_program* program) {
    free(program);
}

/* The memory of an output, for those who read it in place. Refusing is allowed: the host then asks
 * get_values. */
static weft_status get_handle(weft_program* program, uint32_t output, weft_handle* handle,
                              weft_error* error) {
    (void)program;
    (void)output;
    (void)handle;
    return fail(error, WEFT_UNSUPPORTED, "no output has memory");
}

/* Values at points, in the state after the last execute: one call for n points. */
static weft_status get_values(weft_program* program, uint32_t output, const weft_points* points,
                              double* values, weft_error* error) {
    (void)program;
    (void)output;
    (void)points;
    (void)values;
    return fail(error, WEFT_UNSUPPORTED, "no output has values");
}

/* One frame. Everything was settled in compile: no allocation, no lookup, no question to the host
 * but `parallel`. A batch without kernels has nothing to do. */
static weft_status execute(weft_program* program, const weft_frame* frame, weft_error* error) {
    (void)program;
    if (frame->cancel && __atomic_load_n(frame->cancel, __ATOMIC_RELAXED))
        return fail(error, WEFT_CANCELLED, "cancelled");
    return WEFT_OK;
}

/* --- The tables ------------------------------------------------------------------------------- */

static const weft_backend_api api = {
    sizeof(weft_backend_api),
    0,
    describe,
    probe,
    create,
    compile,
    get_handle,
    get_values,
    execute,
    NULL, /* cancel: execute is over before anyone could ask */
    release,
    cleanup,
    NULL, /* extension: none, as "weft.writer/1" would be */
};

static const weft_plugin plugin = {
    sizeof(weft_plugin),
    1, /* oldest host this lives with */
    WEFT_ABI_VERSION,
    0,
    STR("0.1.0"), /* build id: anything that tells this build from another */
    &api,
};

/* Called once, before anything else. NULL refuses the host; the host checks abi_min by itself. */
WEFT_EXPORT const weft_plugin* weft_plugin_entry(uint32_t host_abi_version) {
    (void)host_abi_version;
    return &plugin;
}

/* What the host sees of TEMPLATE_NAME: one symbol, a description, a table of functions. Pictures
 * and numbers are computed in program.c. */
#include <weft/plugin.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "program.h"

#define STR(literal) \
    { literal, sizeof(literal) - 1 }

/* TEMPLATE_NAME.json says the same, so that the host need not open the library to know it: change
 * both. */
static const weft_backend_info info = {
    sizeof(weft_backend_info),
    WEFT_BACKEND_DETERMINISTIC, /* the same input gives the same bytes */
    STR("TEMPLATE_NAME"),
    STR("0.1.0"),
    STR("interprets a few operators, one point after the other"),
    1u << WEFT_CONTEXT_VISUAL | 1u << WEFT_CONTEXT_COMPUTE,
    0, /* sources that are opened here, as "load" */
    NULL,
    0, /* sinks that are delivered here, as "osc" */
    0,
    NULL,
};

static const weft_backend_info* describe(void) {
    return &info;
}

/* A back end for a device looks for it here, closes it again, and says in `reason` what is missing:
 * not to be available is no error. */
static weft_status probe(weft_probe* result, weft_error* error) {
    (void)error;
    result->available = 1;
    result->score = 10; /* software 0..99, code for the CPU 100..199, accelerators from 200 */
    snprintf(result->device, sizeof result->device, "an interpreter");
    return WEFT_OK;
}

/* What all programs share. A device would be opened here. */
struct weft_backend {
    const weft_host* host; /* memory, threads, log; lives until cleanup returns */
};

static weft_status create(const weft_host* host, weft_backend** backend, weft_error* error) {
    *backend = malloc(sizeof **backend);
    if (!*backend) return fail(error, WEFT_INTERNAL, "out of memory", "", NULL, nowhere);
    (*backend)->host = host;
    return WEFT_OK;
}

static void cleanup(weft_backend* backend) {
    free(backend);
}

static const weft_backend_api api = {
    sizeof(weft_backend_api),
    0,
    describe,
    probe,
    create,
    program_compile,
    program_get_handle,
    program_get_values,
    program_execute,
    NULL, /* cancel: execute looks at the frame's cancel word itself */
    program_release,
    cleanup,
    NULL, /* extension: none */
};

static const weft_plugin plugin = {
    sizeof(weft_plugin),
    1, /* the oldest host that will do */
    1, /* the one this was written for */
    0,
    STR("TEMPLATE_NAME 0.1.0"), /* anything that tells this build from another */
    &api,
};

WEFT_EXPORT const weft_plugin* weft_plugin_entry(uint32_t host_abi_version) {
    (void)host_abi_version;
    return &plugin;
}

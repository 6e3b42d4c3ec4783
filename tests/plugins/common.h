/* A back end in plain C that loads and does nothing, for the ill-behaved ones to differ from in one
 * point each. NAME is the fixture's own. */
#ifndef WEFT_TESTS_COMMON_H
#define WEFT_TESTS_COMMON_H

#include <weft/plugin.h>

#include <string.h>

#if defined(__GNUC__)
#define MAYBE_UNUSED __attribute__((unused))
#else
#define MAYBE_UNUSED
#endif

#define STR(literal) \
    { literal, sizeof(literal) - 1 }

MAYBE_UNUSED static weft_status fail(weft_error* error, weft_status code, const char* text) {
    if (error) {
        error->code = code;
        strncpy(error->message, text, sizeof error->message - 1);
        error->message[sizeof error->message - 1] = '\0';
    }
    return code;
}

MAYBE_UNUSED static const weft_backend_info* good_describe(void) {
    static const weft_backend_info info = {sizeof(weft_backend_info),
                                           0,
                                           STR(NAME),
                                           STR("1.0"),
                                           STR("a fixture"),
                                           1u << WEFT_CONTEXT_VISUAL,
                                           0,
                                           NULL,
                                           0,
                                           0,
                                           NULL};
    return &info;
}

MAYBE_UNUSED static weft_status good_probe(weft_probe* result, weft_error* error) {
    (void)error;
    result->available = 1;
    result->score = 10;
    strcpy(result->device, "nothing");
    return WEFT_OK;
}

/* Stands for every instance and every program; nobody looks inside. */
#ifdef __cplusplus
#define ANY_POINTER(type) reinterpret_cast<type*>(&instance)
#else
#define ANY_POINTER(type) ((type*)(void*)&instance)
#endif
MAYBE_UNUSED static int instance;

MAYBE_UNUSED static weft_status good_create(const weft_host* host, weft_backend** backend,
                                            weft_error* error) {
    (void)host;
    (void)error;
    *backend = ANY_POINTER(weft_backend);
    return WEFT_OK;
}

MAYBE_UNUSED static weft_status good_compile(weft_backend* backend, const weft_batch* batch,
                                             weft_program** program, weft_error* error) {
    (void)backend;
    (void)batch;
    (void)error;
    *program = ANY_POINTER(weft_program);
    return WEFT_OK;
}

MAYBE_UNUSED static weft_status good_get_handle(weft_program* program, uint32_t output,
                                                weft_handle* handle, weft_error* error) {
    (void)program;
    (void)output;
    (void)handle;
    return fail(error, WEFT_UNSUPPORTED, "no memory");
}

MAYBE_UNUSED static weft_status good_get_values(weft_program* program, uint32_t output,
                                                const weft_points* points, double* values,
                                                weft_error* error) {
    (void)program;
    (void)output;
    (void)error;
    for (uint64_t i = 0; i < points->count; ++i) values[i] = 0.0;
    return WEFT_OK;
}

MAYBE_UNUSED static weft_status good_execute(weft_program* program, const weft_frame* frame,
                                             weft_error* error) {
    (void)program;
    (void)frame;
    (void)error;
    return WEFT_OK;
}

MAYBE_UNUSED static void good_release(weft_program* program) {
    (void)program;
}
MAYBE_UNUSED static void good_cleanup(weft_backend* backend) {
    (void)backend;
}

#define API(describe, probe, create, compile, get_handle, get_values, execute)                 \
    {                                                                                          \
        sizeof(weft_backend_api), 0, describe, probe, create, compile, get_handle, get_values, \
            execute, NULL, good_release, good_cleanup, NULL                                    \
    }
#define GOOD_API                                                                                \
    API(good_describe, good_probe, good_create, good_compile, good_get_handle, good_get_values, \
        good_execute)

#define GOOD_PLUGIN(api) \
    { sizeof(weft_plugin), WEFT_ABI_VERSION, WEFT_ABI_VERSION, 0, STR("fixture"), api }

#define ENTRY(plugin)                                                    \
    WEFT_EXPORT const weft_plugin* weft_plugin_entry(uint32_t version) { \
        (void)version;                                                   \
        return plugin;                                                   \
    }

#endif

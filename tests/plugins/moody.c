/* Does what the file that WEFT_TEST_MOOD names says, frame by frame: "well"; "ill", it fails;
 * "lost", its device is; "slow", it works until it is asked to end; "deaf", until it is well again,
 * whoever asks; "broken", it crashes; "mute", its values do not come before it is well again;
 * "clinging", its programs do not go. It computes nothing, in pictures and in sound. */
#define NAME "moody"
#define _POSIX_C_SOURCE 200809L
#include "common.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static atomic_int asked;

static char mood(void) {
    const char* path = getenv("WEFT_TEST_MOOD");
    FILE* file = path ? fopen(path, "r") : NULL;
    char first = 'w';
    char second = 'e';
    if (file) {
        if (fscanf(file, "%c%c", &first, &second) != 2) first = 'w';
        fclose(file);
    }
    return first;
}

static void rest(void) {
    const struct timespec moment = {0, 5000000};
    nanosleep(&moment, NULL);
}

/* As long as it is in this mood. */
static void hang(char as) {
    while (mood() == as) rest();
}

static const weft_backend_info* describe(void) {
    static const weft_backend_info info = {sizeof(weft_backend_info),
                                           0,
                                           STR(NAME),
                                           STR("1.0"),
                                           STR("a fixture"),
                                           1u << WEFT_CONTEXT_VISUAL | 1u << WEFT_CONTEXT_AUDIO,
                                           0,
                                           NULL,
                                           0,
                                           0,
                                           NULL};
    return &info;
}

/* Several versions of a show are there at a time: each has its own. */
static weft_status create(const weft_host* host, weft_backend** backend, weft_error* error) {
    (void)host;
    *backend = malloc(1);
    return *backend ? WEFT_OK : fail(error, WEFT_INTERNAL, "no memory");
}

static weft_status compile(weft_backend* backend, const weft_batch* batch, weft_program** program,
                           weft_error* error) {
    (void)backend;
    (void)batch;
    *program = malloc(1);
    return *program ? WEFT_OK : fail(error, WEFT_INTERNAL, "no memory");
}

static weft_status execute(weft_program* program, const weft_frame* frame, weft_error* error) {
    (void)program;
    (void)frame;
    atomic_store(&asked, 0);
    switch (mood()) {
        case 'i': return fail(error, WEFT_INTERNAL, "it is ill");
        case 'l': return fail(error, WEFT_DEVICE_LOST, "its device is gone");
        case 's':
            while (!atomic_load(&asked)) rest();
            return fail(error, WEFT_CANCELLED, "it was asked to end");
        case 'd': hang('d'); return WEFT_OK;
        case 'b': abort();
        default: return WEFT_OK;
    }
}

static weft_status get_values(weft_program* program, uint32_t output, const weft_points* points,
                              double* values, weft_error* error) {
    (void)program;
    (void)output;
    (void)error;
    hang('m');
    for (uint64_t i = 0; i < points->count; ++i) values[i] = 0;
    return WEFT_OK;
}

static void release(weft_program* program) {
    hang('c');
    free(program);
}

static void cleanup(weft_backend* backend) {
    free(backend);
}

static void cancel(weft_program* program) {
    (void)program;
    atomic_store(&asked, 1);
}

static const weft_backend_api api = {
    sizeof(weft_backend_api),
    0,
    describe,
    good_probe,
    create,
    compile,
    good_get_handle,
    get_values,
    execute,
    cancel,
    release,
    cleanup,
    NULL,
};
static const weft_plugin plugin = GOOD_PLUGIN(&api);
ENTRY(&plugin)

/* Breaks the contract as the variable WEFT_TEST_MISBEHAVES says, a word or several:
 *
 *   thread      allocates on a thread of its own       alloc       allocates within execute
 *   lookup      looks an input up within execute       generation  lets a generation fall
 *   lines       fails once with two lines              status      returns 99 once
 *   leak        keeps memory of the host               twice       frees some twice
 *   pointer     fails to compile, leaves a pointer     crash=N     writes to NULL in the Nth frame
 *
 * Else it behaves and computes nothing, in pictures and in sound. */
#define NAME "misbehaves"
#define _POSIX_C_SOURCE 200809L
#include "common.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

struct weft_backend {
    const weft_host* host;
    weft_memory leaked;
    weft_memory freed;
    int frames;
    int failed;
    weft_view view;
};

struct weft_program {
    weft_backend* backend;
};

static const char* word(const char* name) {
    const char* words = getenv("WEFT_TEST_MISBEHAVES");
    return words ? strstr(words, name) : NULL;
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

static weft_memory allocate(weft_backend* self) {
    weft_memory memory = {NULL, 0, -1, 0, NULL};
    weft_error error;
    error.struct_size = sizeof error;
    self->host->memory_alloc(self->host->context, 4096, 0, &memory, &error);
    return memory;
}

static void allocate_and_free(weft_backend* self) {
    weft_memory memory = allocate(self);
    self->host->memory_free(self->host->context, &memory);
}

static void* own_thread(void* self) {
    allocate_and_free(self);
    return NULL;
}

static weft_status create(const weft_host* host, weft_backend** backend, weft_error* error) {
    weft_backend* self = calloc(1, sizeof *self);
    (void)error;
    self->host = host;
    self->view.generation = 1000;
    if (word("leak")) self->leaked = allocate(self);
    if (word("twice")) {
        weft_memory copy = self->freed = allocate(self);
        host->memory_free(host->context, &copy);
    }
    *backend = self;
    return WEFT_OK;
}

static void expose(weft_backend* self, const weft_batch* batch, weft_error* error) {
    weft_handle handle;
    memset(&handle, 0, sizeof handle);
    handle.struct_size = sizeof handle;
    handle.kind = WEFT_HANDLE_HOST;
    handle.view = &self->view;
    handle.memory_fd = -1;
    for (uint32_t i = 0; i < batch->output_count; ++i)
        self->host->expose(self->host->context, batch->outputs[i].id, &handle, error);
}

static weft_status compile(weft_backend* self, const weft_batch* batch, weft_program** program,
                           weft_error* error) {
    weft_program* made = malloc(sizeof *made);
    made->backend = self;
    *program = made;
    if (word("pointer")) return fail(error, WEFT_UNSUPPORTED, "it will not");
    if (word("generation")) expose(self, batch, error);
    return WEFT_OK;
}

static weft_status execute(weft_program* program, const weft_frame* frame, weft_error* error) {
    weft_backend* self = program->backend;
    const char* crash = word("crash=");
    (void)frame;
    ++self->frames;
    if (crash && self->frames == atoi(crash + 6)) *(volatile int*)0 = 1;
    if (word("thread")) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, own_thread, self) == 0) pthread_join(thread, NULL);
    }
    if (word("alloc")) allocate_and_free(self);
    if (word("lookup")) {
        weft_binding binding;
        binding.struct_size = sizeof binding;
        self->host->lookup(self->host->context, 1, &binding, error);
    }
    if (word("generation")) --self->view.generation;
    if (word("lines") && !self->failed++) return fail(error, WEFT_INTERNAL, "one\ntwo");
    if (word("status") && !self->failed++) return 99;
    return WEFT_OK;
}

static void release(weft_program* program) {
    free(program);
}

static void cleanup(weft_backend* self) {
    if (word("twice")) self->host->memory_free(self->host->context, &self->freed);
    free(self);
}

static const weft_backend_api api = {
    sizeof(weft_backend_api), 0,       describe, good_probe, create,  compile, good_get_handle,
    good_get_values,          execute, NULL,     release,    cleanup, NULL,
};
static const weft_plugin plugin = GOOD_PLUGIN(&api);
ENTRY(&plugin)

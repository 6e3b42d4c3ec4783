/* It has semaphores, and does not wait for them. */
#define _POSIX_C_SOURCE 200809L
#define NAME "edges.semaphores"
#include "memory.h"

#include <fcntl.h>
#include <unistd.h>
#include <weft/async.h>
#include <weft/semaphore.h>

struct weft_semaphore {
    int fd;
};

/* Work that is queued: it is done when somebody waits for its end. */
struct weft_order_trial {
    const weft_trial* memory;
    uint32_t seed;
};

static weft_status caps(weft_backend* backend, weft_semaphore_caps* caps, weft_error* error) {
    (void)backend;
    (void)error;
    const uint32_t size = caps->struct_size;
    memset(caps, 0, size);
    caps->struct_size = size;
    caps->flags = WEFT_SEMAPHORE_EXPORTS;
    strcpy(caps->no_import, "there is no device");
    return WEFT_OK;
}

static weft_status create_semaphore(weft_backend* backend, weft_semaphore** semaphore, int32_t* fd,
                                    weft_error* error) {
    (void)backend;
    *semaphore = calloc(1, sizeof **semaphore);
    if (!*semaphore) return fail(error, WEFT_INTERNAL, "out of memory");
    *fd = (*semaphore)->fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    return WEFT_OK;
}

static weft_status import(weft_backend* backend, int32_t fd, weft_semaphore** semaphore,
                          weft_error* error) {
    (void)backend;
    (void)fd;
    (void)semaphore;
    return fail(error, WEFT_UNSUPPORTED, "semaphores of others are not taken");
}

static void release_semaphore(weft_backend* backend, weft_semaphore* semaphore) {
    (void)backend;
    if (semaphore) close(semaphore->fd);
    free(semaphore);
}

static weft_status submit(weft_program* program, const weft_frame* frame,
                          weft_semaphore* const* waits, uint32_t wait_count,
                          weft_semaphore* const* signals, uint32_t signal_count, uint64_t* value,
                          weft_error* error) {
    (void)waits;
    (void)wait_count;
    (void)signals;
    (void)signal_count;
    static uint64_t submitted;
    *value = ++submitted;
    return good_execute(program, frame, error);
}

static weft_status unblock(weft_backend* backend, weft_semaphore* semaphore, weft_error* error) {
    (void)backend;
    (void)semaphore;
    (void)error;
    return WEFT_OK;
}

static weft_status trial_write(weft_backend* backend, const weft_trial* memory,
                               const weft_handle* handle, uint32_t seed, weft_semaphore* signal,
                               weft_order_trial** trial, weft_error* error) {
    (void)backend;
    (void)handle;
    (void)signal;
    if (!memory) return fail(error, WEFT_UNSUPPORTED, "memory of others is not taken");
    *trial = calloc(1, sizeof **trial);
    if (!*trial) return fail(error, WEFT_INTERNAL, "out of memory");
    (*trial)->memory = memory;
    (*trial)->seed = seed;
    return WEFT_OK;
}

static void trial_end(weft_backend* backend, weft_order_trial* trial) {
    (void)backend;
    if (trial) write_words(trial->memory->memory, trial->memory->words, trial->seed);
    free(trial);
}

static weft_status trial_read(weft_backend* backend, const weft_trial* memory,
                              const weft_handle* handle, weft_semaphore* wait, uint64_t timeout_ns,
                              uint64_t* sum, weft_error* error) {
    (void)memory;
    (void)wait;
    (void)timeout_ns;
    return good_trial_read(backend, handle, sum, error);
}

static weft_status submit_alone(weft_program* program, const weft_frame* frame, uint64_t* value,
                                weft_error* error) {
    return submit(program, frame, NULL, 0, NULL, 0, value, error);
}

static weft_status wait_for(weft_backend* backend, uint64_t value, uint64_t timeout_ns,
                            weft_error* error) {
    (void)backend;
    (void)value;
    (void)timeout_ns;
    (void)error;
    return WEFT_OK;
}

static const void* extension(weft_str id) {
    static const weft_memory_api memory = {
        sizeof(weft_memory_api), 0, good_caps, good_trial_begin, good_trial_end, good_trial_read};
    static const weft_async_api async = {sizeof(weft_async_api), 0, submit_alone, wait_for};
    static const weft_semaphore_api semaphores = {sizeof(weft_semaphore_api),
                                                  0,
                                                  caps,
                                                  create_semaphore,
                                                  import,
                                                  release_semaphore,
                                                  submit,
                                                  unblock,
                                                  trial_write,
                                                  trial_end,
                                                  trial_read};
    if (is_id(id, WEFT_MEMORY_EXTENSION)) return &memory;
    if (is_id(id, WEFT_ASYNC_EXTENSION)) return &async;
    return is_id(id, WEFT_SEMAPHORE_EXTENSION) ? &semaphores : NULL;
}

#define EXTENSION extension
#include "table.h"

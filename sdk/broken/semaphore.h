/* A back end with weft.semaphore/1, in one file: a semaphore is a file of the kernel that holds one
 * signal or none (eventfd), and whoever has its descriptor can wait for it and signal it. Work of
 * frames runs at once, that of trials on a thread of its own.
 * Who includes it replaces what it breaks (#define SEMAPHORE_IMPORT import), and includes
 * semaphore_table.h. */
#define _GNU_SOURCE
#include "memory.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include <weft/async.h>
#include <weft/semaphore.h>

struct weft_semaphore {
    int fd; /* our own */
    int imported;
};

/* Work that is queued. */
struct weft_order_trial {
    pthread_t thread;
    uint32_t* words;
    uint64_t count;
    uint32_t seed;
    const weft_semaphore* signal;
};

UNUSED static void signal_semaphore(const weft_semaphore* semaphore) {
    const uint64_t one = 1;
    if (write(semaphore->fd, &one, sizeof one) < 0) abort();
}

/* 0: it was not signalled in time. */
UNUSED static int wait_for_signal(const weft_semaphore* semaphore, int milliseconds) {
    struct pollfd asked = {semaphore->fd, POLLIN, 0};
    uint64_t taken;
    return poll(&asked, 1, milliseconds) == 1 &&
           read(semaphore->fd, &taken, sizeof taken) == sizeof taken;
}

UNUSED static weft_status good_semaphore_caps(weft_backend* backend, weft_semaphore_caps* caps,
                                              weft_error* error) {
    (void)backend;
    (void)error;
    const uint32_t size = caps->struct_size;
    memset(caps, 0, size);
    caps->struct_size = size;
    caps->flags = WEFT_SEMAPHORE_EXPORTS | WEFT_SEMAPHORE_WAITS | WEFT_SEMAPHORE_SIGNALS;
    return WEFT_OK;
}

UNUSED static weft_status new_semaphore(int fd, int imported, weft_semaphore** semaphore,
                                        weft_error* error) {
    if (fd < 0) return fail(error, WEFT_UNAVAILABLE, "there are no descriptors left");
    weft_semaphore* made = calloc(1, sizeof *made);
    if (!made) {
        close(fd);
        return fail(error, WEFT_INTERNAL, "out of memory");
    }
    made->fd = fd;
    made->imported = imported;
    *semaphore = made;
    return WEFT_OK;
}

UNUSED static weft_status good_semaphore_create(weft_backend* backend, weft_semaphore** semaphore,
                                                int32_t* fd, weft_error* error) {
    (void)backend;
    const weft_status status =
        new_semaphore(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), 0, semaphore, error);
    if (status == WEFT_OK) *fd = (*semaphore)->fd;
    return status;
}

/* What a descriptor is does not stand on it: the kernel knows. */
UNUSED static int is_semaphore(int fd) {
    char name[64], target[64];
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    const ssize_t size = readlink(name, target, sizeof target - 1);
    if (size < 0) return 0;
    target[size] = '\0';
    return strcmp(target, "anon_inode:[eventfd]") == 0;
}

/* The descriptor stays the caller's, who may close it: we work with a duplicate. */
UNUSED static weft_status good_semaphore_import(weft_backend* backend, int32_t fd,
                                                weft_semaphore** semaphore, weft_error* error) {
    (void)backend;
    if (!is_semaphore(fd)) return fail(error, WEFT_INVALID, "the descriptor is no semaphore");
    return new_semaphore(fcntl(fd, F_DUPFD_CLOEXEC, 0), 1, semaphore, error);
}

UNUSED static void good_semaphore_release(weft_backend* backend, weft_semaphore* semaphore) {
    (void)backend;
    if (semaphore) close(semaphore->fd);
    free(semaphore);
}

UNUSED static weft_status good_semaphore_submit(weft_program* program, const weft_frame* frame,
                                                weft_semaphore* const* waits, uint32_t wait_count,
                                                weft_semaphore* const* signals,
                                                uint32_t signal_count, uint64_t* value,
                                                weft_error* error) {
    for (uint32_t i = 0; i < wait_count; ++i)
        while (!wait_for_signal(waits[i], -1)) continue;
    const weft_status status = good_execute(program, frame, error);
    if (status != WEFT_OK) return status;
    for (uint32_t i = 0; i < signal_count; ++i) signal_semaphore(signals[i]);
    *value = __atomic_add_fetch(&program->backend->works, 1, __ATOMIC_RELAXED);
    return WEFT_OK;
}

UNUSED static weft_status good_semaphore_unblock(weft_backend* backend, weft_semaphore* semaphore,
                                                 weft_error* error) {
    (void)backend;
    (void)error;
    signal_semaphore(semaphore);
    return WEFT_OK;
}

/* --- Trials ----------------------------------------------------------------------------------- */

UNUSED static uint32_t* trial_words(const weft_trial* memory, const weft_handle* handle) {
    if (memory) return memory->memory;
    return handle->kind == WEFT_HANDLE_HOST ? (uint32_t*)(uintptr_t)handle->view->data : NULL;
}

/* It takes a while: whoever does not wait for it reads what was there before. */
UNUSED static void* run_trial(void* of) {
    const weft_order_trial* trial = of;
    const struct timespec while_busy = {0, 2000000};
    nanosleep(&while_busy, NULL);
    write_words(trial->words, trial->count, trial->seed);
    signal_semaphore(trial->signal);
    return NULL;
}

UNUSED static weft_status good_trial_write(weft_backend* backend, const weft_trial* memory,
                                           const weft_handle* handle, uint32_t seed,
                                           weft_semaphore* signal, weft_order_trial** trial,
                                           weft_error* error) {
    (void)backend;
    uint32_t* const words = trial_words(memory, handle);
    if (!words) return fail(error, WEFT_UNSUPPORTED, "no such memory");
    weft_order_trial* made = calloc(1, sizeof *made);
    if (!made) return fail(error, WEFT_INTERNAL, "out of memory");
    made->words = words;
    made->count = handle->memory_size / 4;
    made->seed = seed;
    made->signal = signal;
    if (pthread_create(&made->thread, NULL, run_trial, made) != 0) {
        free(made);
        return fail(error, WEFT_UNAVAILABLE, "there is no thread");
    }
    *trial = made;
    return WEFT_OK;
}

UNUSED static void good_order_trial_end(weft_backend* backend, weft_order_trial* trial) {
    (void)backend;
    if (trial) pthread_join(trial->thread, NULL);
    free(trial);
}

UNUSED static weft_status good_order_trial_read(weft_backend* backend, const weft_trial* memory,
                                                const weft_handle* handle, weft_semaphore* wait,
                                                uint64_t timeout_ns, uint64_t* sum,
                                                weft_error* error) {
    (void)backend;
    const uint32_t* const words = trial_words(memory, handle);
    if (!words) return fail(error, WEFT_UNSUPPORTED, "no such memory");
    const uint64_t most = 1000000000; /* milliseconds: poll takes no more */
    const uint64_t milliseconds = timeout_ns / 1000000;
    if (!wait_for_signal(wait, (int)(milliseconds < most ? milliseconds : most)))
        return fail(error, WEFT_TIMEOUT, "the signal did not come");
    *sum = sum_words(words, handle->memory_size / 4);
    return WEFT_OK;
}

/* --- weft.async/1, which it needs ------------------------------------------------------------- */

UNUSED static weft_status good_submit(weft_program* program, const weft_frame* frame,
                                      uint64_t* value, weft_error* error) {
    return good_semaphore_submit(program, frame, NULL, 0, NULL, 0, value, error);
}

UNUSED static weft_status good_wait(weft_backend* backend, uint64_t value, uint64_t timeout_ns,
                                    weft_error* error) {
    (void)backend;
    (void)value;
    (void)timeout_ns;
    (void)error;
    return WEFT_OK;
}

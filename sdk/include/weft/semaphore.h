/* "weft.semaphore/1": order between the works of two back ends on one device, without the host in
 * between. One back end makes a semaphore and hands it out as a file descriptor, another imports
 * it; then one signals it behind a work and the other waits for it before one of its own, in
 * either direction. What was written before the signal is seen behind the wait.
 *
 * A semaphore is binary: a signal, the wait for it, the next signal. The host submits whoever
 * signals before whoever waits, and the next signal only once that wait is complete. After a
 * failure nobody knows its state: the host releases it and makes another.
 *
 * Needs "weft.async/1". Without this extension the host waits for the one before it submits the
 * other. */
#ifndef WEFT_SEMAPHORE_H
#define WEFT_SEMAPHORE_H

#include "memory.h"

#ifdef __cplusplus
extern "C" {
#endif

#define WEFT_SEMAPHORE_EXTENSION "weft.semaphore/1" /* draft */

/* weft_semaphore_caps.flags: what a back end can do with a semaphore. */
#define WEFT_SEMAPHORE_EXPORTS 1u /* make one for others; it can wait for it and signal it too */
#define WEFT_SEMAPHORE_WAITS 2u   /* wait for one that was imported */
#define WEFT_SEMAPHORE_SIGNALS 4u /* signal one that was imported */

typedef struct weft_semaphore_caps {
    uint32_t struct_size;
    uint32_t flags;
    uint8_t device_uuid[16]; /* all zero: no device */
    uint8_t driver_uuid[16]; /* all zero: the API does not tell. Trials decide */
    char no_export[256];     /* why a flag is missing, one line; "" if none is */
    char no_import[256];
} weft_semaphore_caps;

typedef struct weft_semaphore weft_semaphore; /* opaque, the plugin's */
typedef struct weft_order_trial weft_order_trial;

typedef struct weft_semaphore_api {
    uint32_t struct_size;
    uint32_t reserved;

    /* [compile-thread & created] */
    weft_status (*caps)(weft_backend* backend, weft_semaphore_caps* caps, weft_error* error);

    /* [compile-thread & created] Makes one, not signalled. *fd is the plugin's and stays open until
     * release. */
    weft_status (*create)(weft_backend* backend, weft_semaphore** semaphore, int32_t* fd,
                          weft_error* error);
    /* [compile-thread & created] `fd` stays the caller's, and may be closed afterwards. */
    weft_status (*import)(weft_backend* backend, int32_t fd, weft_semaphore** semaphore,
                          weft_error* error);
    /* [compile-thread & created] When no work waits for it or signals it any more; NULL is allowed.
     */
    void (*release)(weft_backend* backend, weft_semaphore* semaphore);

    /* [frame-thread & compiled] As weft_async_api.submit; the work begins when all of `waits` are
     * signalled, and signals all of `signals` when it is complete. Both are of this back end, and
     * none of `waits` is signalled by work that is yet to be submitted. The lists are read before
     * the return. WEFT_UNSUPPORTED: a program whose kernels ask others for values at points runs in
     * several parts, and is waited for by the host. */
    weft_status (*submit)(weft_program* program, const weft_frame* frame,
                          weft_semaphore* const* waits, uint32_t wait_count,
                          weft_semaphore* const* signals, uint32_t signal_count, uint64_t* value,
                          weft_error* error);

    /* [frame-thread & created] Signals it beside the order of works: for work of this back end that
     * waits for a signal that will never come, as its device was lost. Afterwards only release. */
    weft_status (*unblock)(weft_backend* backend, weft_semaphore* semaphore, weft_error* error);

    /* [compile-thread & created] Trials of a semaphore, over memory as weft.memory/1's trials
     * describe it. `memory` is this back end's own trial of it; NULL: import what `handle`
     * describes.
     *
     * Queues work that takes a while, then leaves word i = (uint32_t)(seed + i * 2654435761) in the
     * memory, then signals; returns when it is queued. */
    weft_status (*trial_write)(weft_backend* backend, const weft_trial* memory,
                               const weft_handle* handle, uint32_t seed, weft_semaphore* signal,
                               weft_order_trial** trial, weft_error* error);
    /* [compile-thread & created] Waits until it is complete, and forgets it; NULL is allowed. */
    void (*trial_end)(weft_backend* backend, weft_order_trial* trial);
    /* [compile-thread & created] Queues the reading of the memory behind `wait`; *sum is the sum of
     * its 32-bit words, modulo 2^64. WEFT_TIMEOUT when no signal came for `timeout_ns` nanoseconds:
     * it was unblocked. */
    weft_status (*trial_read)(weft_backend* backend, const weft_trial* memory,
                              const weft_handle* handle, weft_semaphore* wait, uint64_t timeout_ns,
                              uint64_t* sum, weft_error* error);
} weft_semaphore_api;

#ifdef __cplusplus
}
#endif
#endif

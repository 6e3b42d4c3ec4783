/* What the host offers a back end. The table lives as long as the back end. */
#ifndef WEFT_HOST_H
#define WEFT_HOST_H

#include "batch.h"
#include "frame.h"
#include "grid.h"

#ifdef __cplusplus
extern "C" {
#endif

#define WEFT_LOG_ERROR 0u
#define WEFT_LOG_WARNING 1u
#define WEFT_LOG_INFO 2u
#define WEFT_LOG_DEBUG 3u

/* What lookup answers: shared memory if an edge could be negotiated, else a getter. */
typedef struct weft_binding {
    uint32_t struct_size;
    uint32_t kind;      /* WEFT_HANDLE_NONE: use get_values */
    weft_handle handle; /* its view lives as long as the consumer's program */
    /* [frame-thread & worker] values at points, as weft_backend_api.get_values. */
    weft_status (*get_values)(void* getter, const weft_points* points, double* values,
                              weft_error* error);
    void* getter;
} weft_binding;

/* Memory from the host's pools: page aligned, zeroed on request, backed by a memfd when `shared`. */
typedef struct weft_memory {
    void* data;
    uint64_t size;
    int32_t fd; /* -1 if not shared */
    uint32_t reserved;
    void* owner; /* the host's; do not touch */
} weft_memory;
#define WEFT_MEMORY_SHARED 1u
#define WEFT_MEMORY_ZEROED 2u

typedef struct weft_host {
    uint32_t struct_size;
    uint32_t abi_version;
    void* context; /* pass it back as the first argument of every function below */

    /* [any-thread] One line for the log; does not block on the terminal. */
    void (*log)(void* context, uint32_t level, weft_str text);

    /* [compile-thread] Within compile only: how to read input `id`. */
    weft_status (*lookup)(void* context, uint64_t id, weft_binding* binding, weft_error* error);

    /* [compile-thread] Within compile only: output `id` can be read through `handle`. */
    weft_status (*expose)(void* context, uint64_t id, const weft_handle* handle,
                          weft_error* error);

    /* [compile-thread, frame-thread] Host memory. memory_free accepts NULL data. Freed memory
     * returns to the pool. Never called on the audio thread. */
    weft_status (*memory_alloc)(void* context, uint64_t size, uint32_t flags, weft_memory* memory,
                                weft_error* error);
    void (*memory_free)(void* context, weft_memory* memory);

    /* [frame-thread] Runs task(user, 0) ... task(user, count - 1) on the threads of the back end's
     * resource group and returns when all are done. The caller takes part. No allocation. */
    void (*parallel)(void* context, uint64_t count, void (*task)(void* user, uint64_t index),
                     void* user);

    /* [any-thread] Number of threads that `parallel` uses, the caller included. */
    uint32_t (*concurrency)(void* context);

    /* [compile-thread] Directory for this plugin's files that may be deleted at any time (compiled
     * code); "" when caching is off. The text lives as long as the host. */
    weft_str (*cache_directory)(void* context);
} weft_host;

#ifdef __cplusplus
}
#endif
#endif

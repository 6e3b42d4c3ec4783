/* "weft.memory/1": what kinds of memory a back end can share, and trials that prove it. The host
 * promises an edge a kind only after one side made such memory, wrote a pattern into it, and the
 * other imported it and read the pattern back.
 *
 * Without this extension a back end shares host memory: WEFT_HANDLE_HOST out and in. */
#ifndef WEFT_MEMORY_EXTENSION_H
#define WEFT_MEMORY_EXTENSION_H

#include "backend.h"

#ifdef __cplusplus
extern "C" {
#endif

#define WEFT_MEMORY_EXTENSION "weft.memory/1" /* stable */

/* weft_memory_caps.flags. UNIFIED: this back end computes in host memory; using it in place costs
 * what its own memory costs. */
#define WEFT_MEMORY_UNIFIED 1u

typedef struct weft_memory_caps {
    uint32_t struct_size;
    uint32_t flags;
    uint32_t exports;        /* bit 1 << WEFT_HANDLE_*: kinds its outputs can live in */
    uint32_t imports;        /* kinds that its kernels use in place */
    uint8_t device_uuid[16]; /* all zero: no device */
    uint8_t driver_uuid[16]; /* all zero: the API does not tell. Trials decide */
    uint64_t host_alignment; /* of address and size of host memory used in place; 0 or 1: any */
    double upload_rate;      /* bytes a second of a copy from host memory; 0: not known */
    double download_rate;    /* ... into host memory */
    char no_export[256];     /* why a kind is missing, one line; "" if none is */
    char no_import[256];
    char identity[256]; /* device and driver with their versions, one line: what a trial found holds
                         * while this stays the same; "": the UUIDs tell all */
} weft_memory_caps;

typedef struct weft_trial weft_trial; /* opaque, the plugin's */

typedef struct weft_memory_api {
    uint32_t struct_size;
    uint32_t reserved;

    /* [compile-thread & created] */
    weft_status (*caps)(weft_backend* backend, weft_memory_caps* caps, weft_error* error);

    /* [compile-thread & created] Makes memory of `kind`, writes word i = (uint32_t)(seed + i *
     * 2654435761) into it with the device itself, and describes it. `size` is a multiple of 65536.
     * The handle's grid is one axis of `size / 4` numbers, its view stays until trial_end. Memory
     * made so is also what a back end lends to one that cannot export its own (weft_batch.homes);
     * then trial_end follows the release of all programs that use it. */
    weft_status (*trial_begin)(weft_backend* backend, uint32_t kind, uint64_t size, uint32_t seed,
                               weft_handle* handle, weft_trial** trial, weft_error* error);
    /* [compile-thread & created] */
    void (*trial_end)(weft_backend* backend, weft_trial* trial);

    /* [compile-thread & created] Imports what `handle` describes, has the device add up its 32-bit
     * words, modulo 2^64, and forgets it. */
    weft_status (*trial_read)(weft_backend* backend, const weft_handle* handle, uint64_t* sum,
                              weft_error* error);
} weft_memory_api;

#ifdef __cplusplus
}
#endif
#endif

/* A back end: a struct of function pointers.
 *
 * Life: describe and probe at any time; create -> compile* -> (execute | get_values)* -> release*
 * -> cleanup. The bracket that begins a function's comment says on which threads and in which state
 * it is called (calls.h): [any-thread]; [compile-thread] one call at a time per back end, beside
 * running frames of other programs; [frame-thread] one thread at a time per program. */
#ifndef WEFT_BACKEND_H
#define WEFT_BACKEND_H

#include "batch.h"
#include "frame.h"
#include "host.h"

#ifdef __cplusplus
extern "C" {
#endif

#define WEFT_CONTEXT_VISUAL 0u
#define WEFT_CONTEXT_AUDIO 1u
#define WEFT_CONTEXT_CONTROL 2u
#define WEFT_CONTEXT_COMPUTE 3u
#define WEFT_CONTEXT_FILE 4u
#define WEFT_CONTEXT_COUNT 5u

/* Properties of a back end. */
#define WEFT_BACKEND_RAW_IR 1u        /* wants the IR before optimisation (reference evaluators) */
#define WEFT_BACKEND_DETERMINISTIC 2u /* same input, same bytes, whatever the thread count */

typedef struct weft_backend_info {
    uint32_t struct_size;
    uint32_t flags;
    weft_str name;     /* equals the manifest's and the file's name */
    weft_str version;  /* for humans */
    weft_str summary;  /* one line */
    uint32_t contexts; /* bit 1 << WEFT_CONTEXT_* for which it compiles kernels */
    uint32_t builtin_count;
    const weft_str* builtins; /* sources that are opened here: "load" */
    uint32_t sink_count;
    uint32_t reserved;
    const weft_str* sinks; /* statements delivered here: "osc"; none for those the host delivers */
} weft_backend_info;

/* Is it usable on this machine? `score` ranks back ends of one context: software 0..99, CPU code
 * 100..199, hardware accelerators 200 and up. */
typedef struct weft_probe {
    uint32_t struct_size;
    uint32_t available; /* 0 or 1 */
    int32_t score;
    uint32_t reserved;
    char device[128];
    char reason[256]; /* why not available, one line */
} weft_probe;

typedef struct weft_backend weft_backend; /* opaque, the plugin's */

typedef struct weft_backend_api {
    uint32_t struct_size;
    uint32_t reserved;

    /* [any-thread] Static data; the same pointer every time, for the life of the library. */
    const weft_backend_info* (*describe)(void);

    /* [any-thread] Cheap enough for `weft plugins`. Opens and closes what it needs. */
    weft_status (*probe)(weft_probe* result, weft_error* error);

    /* [compile-thread] `host` lives until cleanup returns. */
    weft_status (*create)(const weft_host* host, weft_backend** backend, weft_error* error);

    /* [compile-thread & created] On failure nothing stays allocated and *program is NULL. */
    weft_status (*compile)(weft_backend* backend, const weft_batch* batch, weft_program** program,
                           weft_error* error);

    /* [compile-thread & compiled] The shared memory of output `output` (index in the batch), as it
     * was exposed. handle->kind may name the kind wanted, one of weft_output.kinds; 0: the first.
     * WEFT_UNSUPPORTED: only get_values. What is refused leaves *handle as it was. */
    weft_status (*get_handle)(weft_program* program, uint32_t output, weft_handle* handle,
                              weft_error* error);

    /* [frame-thread & compiled] values[i] = output at point i, in the state after the last execute.
     * One call for n points; the scalar call is n = 1. No host query, and no allocation after
     * the first call of a given n. What is refused leaves `values` as they were. */
    weft_status (*get_values)(weft_program* program, uint32_t output, const weft_points* points,
                              double* values, weft_error* error);

    /* [frame-thread & compiled] Runs the batch for one frame; when it returns the results are in
     * memory. No allocation, no host query. Of a batch of context AUDIO it may be the thread of a
     * sound device that calls: then it waits for no lock and does not call the system either. */
    weft_status (*execute)(weft_program* program, const weft_frame* frame, weft_error* error);

    /* [any-thread & compiled] Asks a running execute to end early; best effort. When none runs it
     * changes nothing. May be NULL. */
    void (*cancel)(weft_program* program);

    /* [compile-thread & compiled] Frees a program; NULL is allowed. */
    void (*release)(weft_program* program);

    /* [compile-thread & created] After all programs are released; NULL is allowed. */
    void (*cleanup)(weft_backend* backend);

    /* [any-thread] A table for an extension id ("weft.writer/1"), or NULL. May be NULL. */
    const void* (*extension)(weft_str id);
} weft_backend_api;

#ifdef __cplusplus
}
#endif
#endif

/* "weft.async/1": a back end whose work runs beside the host. Without it a batch is complete when
 * execute returns. */
#ifndef WEFT_ASYNC_H
#define WEFT_ASYNC_H

#include "backend.h"

#ifdef __cplusplus
extern "C" {
#endif

#define WEFT_ASYNC_EXTENSION "weft.async/1" /* stable */

typedef struct weft_async_api {
    uint32_t struct_size;
    uint32_t reserved;

    /* [frame-thread & compiled] As weft_backend_api.execute, but returns when the work is queued.
     * *value is the value of the back end's timeline at which it is complete; works of one back end
     * complete in the order of their submission, and a later one sees what an earlier one wrote.
     * `frame` is read before the return, but for its targets and its cancel word, which stay until
     * completion. */
    weft_status (*submit)(weft_program* program, const weft_frame* frame, uint64_t* value,
                          weft_error* error);

    /* [frame-thread & created] Waits until the timeline has reached `value`: results are then in
     * memory, targets included. WEFT_TIMEOUT after `timeout_ns` nanoseconds (UINT64_MAX: none);
     * otherwise the status of the first work that failed. */
    weft_status (*wait)(weft_backend* backend, uint64_t value, uint64_t timeout_ns,
                        weft_error* error);
} weft_async_api;

#ifdef __cplusplus
}
#endif
#endif

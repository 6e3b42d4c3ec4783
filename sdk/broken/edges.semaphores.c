/* It has semaphores, and does not wait for them. */
#define NAME "edges.semaphores"
#include "semaphore.h"

/* For itself alone: of others it takes none. */
static weft_status caps(weft_backend* backend, weft_semaphore_caps* caps, weft_error* error) {
    const weft_status status = good_semaphore_caps(backend, caps, error);
    caps->flags = WEFT_SEMAPHORE_EXPORTS;
    strcpy(caps->no_import, "there is no device");
    return status;
}

static weft_status trial_read(weft_backend* backend, const weft_trial* memory,
                              const weft_handle* handle, weft_semaphore* wait, uint64_t timeout_ns,
                              uint64_t* sum, weft_error* error) {
    (void)memory;
    (void)wait;
    (void)timeout_ns;
    return good_trial_read(backend, handle, sum, error);
}

#define SEMAPHORE_CAPS caps
#define ORDER_TRIAL_READ trial_read
#include "semaphore_table.h"

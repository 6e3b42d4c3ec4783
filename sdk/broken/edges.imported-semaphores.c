/* It waits for semaphores of its own, and not for those that it imported. */
#define NAME "edges.imported-semaphores"
#include "semaphore.h"

static weft_status trial_read(weft_backend* backend, const weft_trial* memory,
                              const weft_handle* handle, weft_semaphore* wait, uint64_t timeout_ns,
                              uint64_t* sum, weft_error* error) {
    if (wait->imported) return good_trial_read(backend, handle, sum, error);
    return good_order_trial_read(backend, memory, handle, wait, timeout_ns, sum, error);
}

#define ORDER_TRIAL_READ trial_read
#include "semaphore_table.h"

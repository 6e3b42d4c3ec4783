/* It takes any descriptor for a semaphore. */
#define NAME "edges.bad-semaphores"
#include "semaphore.h"

static weft_status import(weft_backend* backend, int32_t fd, weft_semaphore** semaphore,
                          weft_error* error) {
    (void)backend;
    return new_semaphore(fcntl(fd, F_DUPFD_CLOEXEC, 0), 1, semaphore, error);
}

#define SEMAPHORE_IMPORT import
#include "semaphore_table.h"

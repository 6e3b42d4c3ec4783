/* It closes the descriptor of a semaphore that it imported. */
#define NAME "edges.semaphore-descriptors"
#include "semaphore.h"

static weft_status import(weft_backend* backend, int32_t fd, weft_semaphore** semaphore,
                          weft_error* error) {
    const weft_status status = good_semaphore_import(backend, fd, semaphore, error);
    if (status == WEFT_OK) close(fd);
    return status;
}

#define SEMAPHORE_IMPORT import
#include "semaphore_table.h"

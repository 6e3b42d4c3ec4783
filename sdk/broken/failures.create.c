/* Takes two pieces of memory from the host; when there is no second one it forgets the first. */
#define NAME "failures.create"
#include "good.h"

static weft_memory pieces[2];

static weft_status create(const weft_host* host, weft_backend** backend, weft_error* error) {
    *backend = NULL;
    for (int i = 0; i < 2; ++i) {
        weft_memory piece;
        const weft_status status = host->memory_alloc(host->context, 64, 0, &piece, error);
        if (status != WEFT_OK) return status;
        pieces[i] = piece;
    }
    for (int i = 0; i < 2; ++i) host->memory_free(host->context, &pieces[i]);
    return good_create(host, backend, error);
}

#define CREATE create

#include "table.h"

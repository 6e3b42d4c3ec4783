/* It asks the host for memory from a thread of its own. */
#define NAME "threads.callbacks"
#include "good.h"

#include <pthread.h>

static void* fetch(void* user) {
    const weft_host* host = user;
    weft_memory memory;
    if (host->memory_alloc(host->context, 64, 0, &memory, NULL) == WEFT_OK)
        host->memory_free(host->context, &memory);
    return NULL;
}

static weft_status compile(weft_backend* backend, const weft_batch* batch, weft_program** program,
                           weft_error* error) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, fetch, (void*)backend->host) == 0) pthread_join(thread, NULL);
    return good_compile(backend, batch, program, error);
}

#define COMPILE compile
#include "table.h"

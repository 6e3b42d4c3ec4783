/* Loses 1 MiB with every instance. */
#define NAME "lifecycle.instances"
#include "good.h"

static void* kept;

static void cleanup(weft_backend* backend) {
    void** const block = malloc(1u << 20);
    if (block) {
        memset(block, 1, 1u << 20);
        *block = kept;
        kept = block;
    }
    good_cleanup(backend);
}

#define CLEANUP cleanup

#include "table.h"

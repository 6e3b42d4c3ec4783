/* Takes for granted that there is an instance to clean up. */
#define NAME "lifecycle.cleanup-null"
#include "good.h"

static void cleanup(weft_backend* backend) {
    *(volatile uint64_t*)&backend->programs = 0;
    good_cleanup(backend);
}

#define CLEANUP cleanup

#include "table.h"

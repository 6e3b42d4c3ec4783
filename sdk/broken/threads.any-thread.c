/* It describes itself anew on each thread. */
#define NAME "threads.any-thread"
#include "good.h"

static const weft_backend_info* describe(void) {
    static __thread weft_backend_info mine;
    mine = *good_describe();
    return &mine;
}

#define DESCRIBE describe
#include "table.h"

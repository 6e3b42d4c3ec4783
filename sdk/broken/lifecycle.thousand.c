/* Loses 32 KiB with every program. */
#define NAME "lifecycle.thousand"
#include "good.h"

static void* kept;

static void release(weft_program* program) {
    void** const block = malloc(32768);
    if (block) {
        memset(block, 1, 32768);
        *block = kept;
        kept = block;
    }
    good_release(program);
}

#define RELEASE release

#include "table.h"

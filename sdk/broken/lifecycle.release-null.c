/* Takes for granted that there is a program to release. */
#define NAME "lifecycle.release-null"
#include "good.h"

static void release(weft_program* program) {
    *(volatile uint64_t*)&program->frames = 0;
    good_release(program);
}

#define RELEASE release

#include "table.h"
